import { wrongOption } from './errors.ts';

export interface PhantomOptions {
  /** Folder to write; made when it does not exist. */
  readonly out: string;
  /** Any whole number; the same number gives the same files. 7 by default. */
  readonly seed?: number;
  /** Cases ("patients"), 3 to 999; 24 by default. */
  readonly cases?: number;
  /** Slices of each case, 4 to 99; 20 by default. */
  readonly slicesPerCase?: number;
  /** Height and width in pixels, 32 to 512; 64 by default. */
  readonly size?: number;
  /** Depth of the grey images; 8 by default. Masks have 8 bits. */
  readonly bits?: 8 | 16;
  /** Share of the cases that have nodules, above 0 to 1; 0.7 by default. */
  readonly noduleCaseShare?: number;
  /** Share of all slices that show a nodule, above 0 to 0.5; 0.2 by default. */
  readonly noduleSliceShare?: number;
  /** Share of the cases in val.txt, above 0 to 0.5; 0.2 by default. */
  readonly validationShare?: number;
  /** Share of the cases in test.txt, above 0 to 0.4; 0.125 by default. */
  readonly testShare?: number;
}

/** What decides every byte of the set. */
export type Recipe = Required<Omit<PhantomOptions, 'out'>>;

export const defaults: Recipe = Object.freeze({
  seed: 7,
  cases: 24,
  slicesPerCase: 20,
  size: 64,
  bits: 8,
  noduleCaseShare: 0.7,
  noduleSliceShare: 0.2,
  validationShare: 0.2,
  testShare: 0.125,
});

/** The most that nodules may take of the slices of one case: a nodule needs room beside others. */
const FULLEST_CASE = 0.75;

/** Options with their defaults, checked. */
export function recipeOf(options: PhantomOptions): Recipe {
  const { out: _out, ...given } = options;
  const chosen = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const recipe: Recipe = { ...defaults, ...chosen };
  for (const name of Object.keys(chosen)) {
    if (!(name in defaults))
      throw wrongOption(name, Object.keys(defaults).join(', '), 'an unknown option');
  }
  if (typeof options.out !== 'string' || options.out === '') {
    throw wrongOption('out', 'the path of a folder', options.out);
  }
  whole('seed', recipe.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  whole('cases', recipe.cases, 3, 999);
  whole('slicesPerCase', recipe.slicesPerCase, 4, 99);
  whole('size', recipe.size, 32, 512);
  if (recipe.bits !== 8 && recipe.bits !== 16) throw wrongOption('bits', '8 or 16', recipe.bits);
  share('noduleCaseShare', recipe.noduleCaseShare, 1);
  share('noduleSliceShare', recipe.noduleSliceShare, 0.5);
  share('validationShare', recipe.validationShare, 0.5);
  share('testShare', recipe.testShare, 0.4);
  const mostSlices = FULLEST_CASE * recipe.noduleCaseShare;
  if (recipe.noduleSliceShare > mostSlices) {
    throw wrongOption(
      'noduleSliceShare',
      `at most ${Number(mostSlices.toFixed(4))} (${FULLEST_CASE} x noduleCaseShare)`,
      recipe.noduleSliceShare,
    );
  }
  return recipe;
}

function whole(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw wrongOption(name, `a whole number from ${least} to ${most}`, value);
  }
}

function share(name: string, value: number, most: number): void {
  if (!(value > 0 && value <= most)) throw wrongOption(name, `above 0 to ${most}`, value);
}
