import { type Facts, facts as factsToken, type Json, KINDS, type MapEntry } from '@raremask/core';
import { createHost, loadPluginFromUrl } from '@raremask/core/host';
import {
  type AugmentationSource,
  type MadeAugmentation,
  makeAugmentations,
} from '../dist/augment/makeAugmentations.js';

/** The short form of `train.augment`. */
export type Rule = Readonly<Record<string, Json>>;

/** One entry of the long form. */
export interface Entry {
  /** A standard one by its word, or a file URL. */
  readonly use: string;
  readonly with?: Rule;
}

/** The entries that a map stands for. */
export function entriesOf(rule: Rule): Entry[] {
  return KINDS.augmentation.map.flatMap(({ use, options }: MapEntry): Entry[] => {
    if (options === undefined)
      return rule[use] === undefined ? [] : [{ use, with: rule[use] as Rule }];
    return [
      {
        use,
        with: Object.fromEntries(Object.entries(rule).filter(([key]) => options.includes(key))),
      },
    ];
  });
}

/** Makes augmentations as a run does. */
export async function made(
  entries: readonly Entry[],
  facts: Facts,
): Promise<readonly MadeAugmentation[]> {
  const run = createHost().run({ seed: 1 });
  run.provide(factsToken, () => facts);
  const { names } = KINDS.augmentation;
  const sources = await Promise.all(
    entries.map(async ({ use, with: rawOptions = {} }, at): Promise<AugmentationSource> => {
      const specifier = (names as Readonly<Record<string, string>>)[use];
      const url = specifier === undefined ? use : import.meta.resolve(specifier);
      const plugin = await loadPluginFromUrl(url, 'augmentation');
      const checked = await plugin.options?.['~standard'].validate(rawOptions);
      if (checked?.issues) throw new Error(JSON.stringify(checked.issues));
      const options = checked === undefined ? rawOptions : checked.value;
      const place = `train.augment[${at}]`;
      return { kind: 'augmentation', plugin, options, rawOptions, url, place };
    }),
  );
  return await makeAugmentations(sources, facts, (source) => run.make(source));
}

/** Makes what a map stands for. */
export function madeOfRule(rule: Rule, facts: Facts): Promise<readonly MadeAugmentation[]> {
  return made(entriesOf(rule), facts);
}
