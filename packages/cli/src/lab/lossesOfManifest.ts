import type { Census, Facts } from '@raremask/core';
import { createHost } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { guardedLoss, openData } from '@raremask/engine';
import { type Subject, sumOf } from '@raremask/lab';
import type { Console } from '../console.ts';
import { type Candidates, quietRun } from './candidates.ts';
import { STRUCTURE } from './standardTask.ts';

/** The terms of a manifest and their weighted sum, with the class list and census of its data. */
export async function lossesOfManifest(
  loaded: LoadedManifest,
  sides: readonly number[],
  wished: number | undefined,
  console: Console,
): Promise<Candidates> {
  const data = await openData(loaded, (event) => {
    if (event.type === 'note') console.note(event.level, event.text);
  });
  try {
    const task: Facts = { ...data.facts, space: 2 };
    const structure = wished ?? typicalStructure(await data.census(), Math.min(...sides));
    const host = createHost();
    const run = quietRun(host, task, () => data.census());
    const terms: { readonly subject: Subject; readonly weight: number }[] = [];
    for (const [index, plugin] of loaded.plugins.losses.entries()) {
      const { name, weight } = loaded.manifest.loss[index]!;
      const loss = guardedLoss(
        await run.make(plugin),
        `loss[${index}] (${name ?? plugin.plugin.name})`,
        plugin.url,
      );
      const subject = {
        name: name ?? plugin.plugin.name,
        use: plugin.use,
        options: plugin.options,
        loss,
      };
      terms.push({ subject, weight: typeof weight === 'number' ? weight : weight.to });
    }
    const losses = terms.map(({ subject }) => subject);
    const sum = sumOf(terms.map(({ subject, weight }) => ({ loss: subject.loss, weight })));
    return {
      title: loaded.manifest.name,
      settings: { facts: task, sides, structure },
      subjects: losses.length < 2 ? losses : [{ name: 'sum of the terms', loss: sum }, ...losses],
      left: [],
      async close() {
        await host.dispose();
        await data.close();
      },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** The mean structure of the foreground, cut to what fits; 100 pixels where there is none. */
function typicalStructure({ classes }: Census, side: number): number {
  const structures = classes.reduce((sum, one) => sum + one.structures, 0);
  if (structures === 0) return STRUCTURE;
  const pixels = classes.reduce((sum, one) => sum + one.structures * one.meanStructure, 0);
  return Math.max(1, Math.min(Math.round(pixels / structures), Math.floor(side ** 2 / 4)));
}
