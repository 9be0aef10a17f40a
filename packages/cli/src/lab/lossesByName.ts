import { basename } from 'node:path';
import { isRaremaskError, type Loss, type LossPlugin } from '@raremask/core';
import { createHost, installedPlugins, loadPlugin, type MakeablePlugin } from '@raremask/core/host';
import { guardedLoss } from '@raremask/engine';
import { STANDARD_FACTS, type Subject } from '@raremask/lab';
import { lossOptionsRefused } from '../errors.ts';
import { type Candidates, quietRun } from './candidates.ts';
import { shownName, wordOf } from './lossWord.ts';
import { standardCensus } from './standardTask.ts';

/** Losses named on the command line, or all that are installed, on the standard task. */
export async function lossesByName(
  words: readonly string[],
  sides: readonly number[],
  structure: number,
): Promise<Candidates> {
  const folder = process.cwd();
  const host = createHost();
  const smallest = Math.min(...sides);
  const run = quietRun(host, STANDARD_FACTS, async () => standardCensus(smallest, structure));
  const left: { name: string; reason: string }[] = [];
  const subjects: Subject[] = [];
  const installed = words.length === 0 ? await installedPlugins(folder) : [];
  const wanted =
    words.length > 0
      ? words.map(wordOf)
      : installed
          .filter(({ kind }) => kind === 'loss')
          .map(({ specifier }) => ({ use: specifier, options: {} }));
  for (const { use, options } of wanted) {
    const name = shownName(use, options);
    try {
      const { plugin, url } = await loadPlugin(use, folder, 'loss', use);
      const checked = await checkedOptions(plugin, options, use);
      const loaded = { kind: 'loss', plugin, options: checked, place: use } as const;
      const loss: Loss = await run.make(loaded as MakeablePlugin<'loss'>);
      subjects.push({ name, use, options: checked, loss: guardedLoss(loss, use, url) });
    } catch (error) {
      // Of all that are installed, some may not do for this task; one that is named must.
      if (words.length > 0 || !isRaremaskError(error)) throw error;
      left.push({ name, reason: error.message });
    }
  }
  return {
    title: words.length > 0 ? 'losses' : `losses installed in ${basename(folder)}`,
    settings: { facts: STANDARD_FACTS, sides, structure },
    subjects,
    left,
    close: () => host.dispose(),
  };
}

async function checkedOptions(plugin: LossPlugin, options: unknown, use: string) {
  if (plugin.options === undefined) return options;
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues === undefined) return result.value;
  throw lossOptionsRefused(
    use,
    result.issues.map(({ message }: { readonly message: string }) => message),
  );
}
