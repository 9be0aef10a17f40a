import type { Recipe } from './options.ts';
import { random } from './random.ts';

export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/**
 * Deals whole cases to the splits, those with nodules first, so that every split gets its share of
 * both kinds. Each split gets at least one case.
 */
export function splitCases(
  recipe: Recipe,
  cases: readonly { readonly name: string; readonly hasNodules: boolean }[],
): Map<string, SplitName> {
  const held = (share: number) => Math.max(1, Math.round(share * cases.length));
  const val = held(recipe.validationShare);
  const test = held(recipe.testShare);
  const places: Record<SplitName, number> = { train: cases.length - val - test, val, test };
  const dealt: Record<SplitName, number> = { train: 0, val: 0, test: 0 };
  const shuffled = random(recipe.seed, 'split').shuffle([...cases]);
  const order = [
    ...shuffled.filter(({ hasNodules }) => hasNodules),
    ...shuffled.filter(({ hasNodules }) => !hasNodules),
  ];
  const splits = new Map<string, SplitName>();
  order.forEach(({ name }, index) => {
    const lack = (split: SplitName) =>
      dealt[split] < places[split]
        ? (places[split] * (index + 1)) / cases.length - dealt[split]
        : Number.NEGATIVE_INFINITY;
    const next = splitNames.reduce((best, split) => (lack(split) > lack(best) ? split : best));
    dealt[next]++;
    splits.set(name, next);
  });
  return splits;
}
