import { CHOOSING_SCORES, EPOCH_SCORES, SCORE_NAME } from '../contracts/score.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import { nearest } from '../nearest.ts';
import { refusedSetting, wrongSetting } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { find, type Path, placeOf, type TreeNode } from './tree.ts';

/** The name of an entry of `evaluate.scores`: its own, or the plugin's. */
export function scoreName(
  entry: { readonly name?: string | undefined } | undefined,
  plugin: { readonly name: string },
): string {
  return entry?.name ?? plugin.name;
}

/**
 * What the names of scores have against each other, and whether `evaluate.score` is one of them.
 *
 * @param plugins those of `evaluate.scores`, in its order; undefined where one did not load
 */
export function scoreNameMistakes(
  root: TreeNode,
  plugins: readonly (Pick<LoadedPlugin<'score'>, 'plugin'> | undefined)[],
): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = new Map<string, string>(
    EPOCH_SCORES.flatMap((name) => [
      [columnOf(name), 'every run has a column of this name in metrics.csv'],
      [name, 'every run has a score of this name'],
    ]),
  );
  const added: string[] = [];
  for (const [index, loaded] of plugins.entries()) {
    const path = ['evaluate', 'scores', index];
    const written = textAt(root, [...path, 'name']);
    if (written === undefined && loaded === undefined) continue;
    const name = scoreName({ name: written }, loaded?.plugin ?? { name: '' });
    const own = written !== undefined;
    const at = own ? placeOf(root, [...path, 'name']) : placeOf(root, [...path, 'use']);
    const setting = `evaluate.scores[${index}].${own ? 'name' : 'use'}`;
    const refuse = (reason: string) =>
      mistakes.push({
        at,
        error: refusedSetting(
          at.text,
          setting,
          `${reason}${own ? '' : `; the plugin is called "${name}", so give it another name beside use`}`,
          `"${name}"`,
        ),
      });
    const reason = taken.get(name);
    if (reason !== undefined) refuse(reason);
    // The shape checks a name that is written.
    else if (!own && !SCORE_NAME.test(name)) refuse('no column can be called like the plugin');
    else added.push(name);
    taken.set(name, 'another score has this name');
  }
  const chosen = textAt(root, ['evaluate', 'score']);
  const known = [...CHOOSING_SCORES, ...added];
  // Where a score has not loaded, its name is not known, and its own mistake is told.
  if (
    chosen !== undefined &&
    chosen !== '' &&
    !known.includes(chosen) &&
    !plugins.includes(undefined)
  ) {
    const at = placeOf(root, ['evaluate', 'score']);
    const expected = `${known.join(', ')}${added.length === 0 ? ', or a score that evaluate.scores adds' : ''}`;
    const similar = nearest(chosen, known);
    mistakes.push({
      at,
      error: wrongSetting(at.text, 'evaluate.score', expected, `"${chosen}"`, similar),
    });
  }
  return mistakes;
}

/** The part of a column that stands after `val_`, of a standard score. */
function columnOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function textAt(root: TreeNode, path: Path): string | undefined {
  const node = find(root, path);
  return node?.type === 'scalar' && !node.unknown && typeof node.value === 'string'
    ? node.value
    : undefined;
}
