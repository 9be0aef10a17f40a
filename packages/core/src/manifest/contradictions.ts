import { BACKENDS } from '../contracts/backends.ts';
import { PRECISIONS, PRECISIONS_OF } from '../contracts/precisions.ts';
import { describeValue } from './describeSchema.ts';
import { missingSetting, refusedSetting, uselessSetting } from './errors.ts';
import type { Mistake } from './mistake.ts';
import {
  dotted,
  find,
  keyPlaceOf,
  type Path,
  placeOf,
  type Scalar,
  type TreeNode,
  toJson,
} from './tree.ts';

/**
 * Settings that fit their types and yet cannot be meant: those without an effect, and those that
 * speak against each other. Looks at what is written, not at defaults.
 */
export function contradictions(root: TreeNode): Mistake[] {
  return [
    ...warmup(root),
    ...split(root),
    ...names(root),
    ...thaw(root),
    ...cost(root),
    ...precision(root),
  ];
}

function warmup(root: TreeNode): Mistake[] {
  const path = ['train', 'schedule', 'warmup'];
  const long = read(root, path);
  const epochs = read(root, ['train', 'epochs']) ?? 40;
  if (typeof long !== 'number' || typeof epochs !== 'number' || long < epochs || epochs < 1)
    return [];
  return [refused(root, path, `it lasts as long as the run, ${epochs} epochs`)];
}

/** What a cost decides; those that are left out beside one are searched by now. */
const DECIDED = ['threshold', 'minimumSize', 'peak', 'gate'];

function cost(root: TreeNode): Mistake[] {
  const path = ['evaluate', 'cost'];
  if (find(root, path)?.type !== 'map') return [];
  if (DECIDED.some((name) => read(root, ['evaluate', name]) === 'auto')) return [];
  const at = keyPlaceOf(root, path);
  const reason =
    'threshold, minimumSize and peak are all given: leave what it shall decide out, or write auto, as in evaluate.threshold: auto';
  return [{ at, error: uselessSetting(at.text, dotted(path), reason) }];
}

function precision(root: TreeNode): Mistake[] {
  const path = ['precision'];
  const asked = PRECISIONS.find((one) => one === read(root, path));
  const backend = BACKENDS.find((one) => one === read(root, ['backend']));
  if (asked === undefined || backend === undefined) return [];
  if (PRECISIONS_OF[backend].includes(asked)) return [];
  const others = BACKENDS.filter((one) => PRECISIONS_OF[one].includes(asked));
  const reason = `backend: ${backend} computes in ${PRECISIONS_OF[backend].join(' or ')} alone; write that, or one of backend: ${others.join(', ')}`;
  return [refused(root, path, reason)];
}

function thaw(root: TreeNode): Mistake[] {
  const path = ['model', 'thaw'];
  const after = read(root, path);
  if (typeof after !== 'number') return [];
  const frozen = find(root, ['model', 'freeze']);
  if (frozen === undefined || (frozen.type === 'list' && frozen.items.length === 0)) {
    const at = keyPlaceOf(root, path);
    return [{ at, error: uselessSetting(at.text, dotted(path), 'model.freeze names no weights') }];
  }
  const epochs = read(root, ['train', 'epochs']) ?? 40;
  const isTimed = typeof read(root, ['train', 'budget']) === 'string';
  if (typeof epochs !== 'number' || after < epochs || isTimed) return [];
  return [refused(root, path, `the run has ended by then, after ${epochs} epochs`)];
}

function split(root: TreeNode): Mistake[] {
  const at = (key: string) => ['data', 'split', key];
  const validation = read(root, at('validation'));
  const test = read(root, at('test'));
  const isList = (key: string) =>
    typeof read(root, at(key)) === 'string' || find(root, at(key))?.type === 'map';
  if (isList('validation')) {
    const mistakes = isWritten(root, at('stratify'))
      ? [useless(root, at('stratify'), 'list files say which image is where')]
      : [];
    if (!isWritten(root, at('train'))) {
      const place = placeOf(root, at('train'));
      const expected = 'a list file, because validation is one';
      mistakes.push({
        at: place,
        error: missingSetting(place.text, dotted(at('train')), expected),
      });
    }
    if (typeof test === 'number') {
      mistakes.push(
        refused(root, at('test'), 'validation is a list file, so test must be one too'),
      );
    }
    return mistakes;
  }
  if (typeof validation !== 'number' || validation <= 0 || validation >= 1) return [];
  const lists = ['train', 'test'].filter(isList);
  const mistakes = lists.map((key) =>
    refused(root, at(key), 'validation is a share, and list files and shares do not mix'),
  );
  if (typeof test === 'number' && test < 1 && validation + test >= 1) {
    mistakes.push(refused(root, at('test'), 'with validation it leaves no image to train on'));
  }
  return mistakes;
}

function names(root: TreeNode): Mistake[] {
  const losses = find(root, ['loss']);
  const count = losses?.type === 'list' ? losses.items.length : 0;
  const seen = new Set<Scalar>();
  return Array.from({ length: count }, (_, index) => ['loss', index, 'name'] as const).flatMap(
    (path) => {
      const name = read(root, path);
      if (name === undefined) return [];
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [refused(root, path, 'another term has this name')];
    },
  );
}

function read(root: TreeNode, path: Path): Scalar | undefined {
  const node = find(root, path);
  return node?.type === 'scalar' && !node.unknown ? node.value : undefined;
}

function isWritten(root: TreeNode, path: Path): boolean {
  return find(root, path) !== undefined;
}

function useless(root: TreeNode, path: Path, reason: string): Mistake {
  const at = keyPlaceOf(root, path);
  return { at, error: uselessSetting(at.text, dotted(path), reason) };
}

function refused(root: TreeNode, path: Path, reason: string): Mistake {
  const at = placeOf(root, path);
  const got = describeValue(toJson(find(root, path)!));
  return { at, error: refusedSetting(at.text, dotted(path), reason, got) };
}
