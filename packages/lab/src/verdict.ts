import { crossEntropyGradient, type SizeTrial } from './trial.ts';

/** What a loss does to images without foreground, in plain words, the worst first. */
export const VERDICTS = [
  'unbounded',
  'constant',
  'silent',
  'pays for nothing',
  'cliff',
  'depends on the batch',
  'depends on image size',
  'fine',
] as const;

export type Verdict = (typeof VERDICTS)[number];

export interface Finding {
  readonly verdict: Verdict;
  /** The figures behind it. */
  readonly because: string;
  /** Which pixels are not heard, of the verdict `silent`. */
  readonly deafTo?: 'false pixels' | 'missed pixels';
}

/** Silent: a false or missed pixel has less than this share of cross-entropy's gradient. */
const SILENT_SHARE = 1 / 20;
/** Constant: a gradient that is 0 up to rounding. */
const NO_GRADIENT = 1e-12;
/** Cliff: the first false pixel costs at least this share of what a hundred cost. */
const CLIFF_SHARE = 0.8;
/** Unbounded: the gradient grows by this factor where an image gets a thousand times quieter. */
const STEEPER = 10;
/** Pays for nothing: the pull downwards is this share of all that pulls; less is rounding. */
const DOWNWARDS = 0.01;
/** Depends on the batch: value or gradient of an image changes by more than this share. */
const BATCH_CHANGE = 0.1;
/** Depends on image size: the gradient on a false pixel shrinks by this factor more than a mean's. */
const SIZE_CHANGE = 1.5;

/** What the measurements of a loss say, the worst first; `fine` alone where nothing is wrong. */
export function findings(trials: readonly SizeTrial[]): readonly Finding[] {
  const [first] = trials as [SizeTrial];
  const dead = constant(first);
  const neighbours = batch(first);
  // A loss that pools is judged by the batches that it is made for: those with a structure in them.
  const rescued = neighbours !== undefined && heardBeside(first);
  const found = [
    unbounded(first),
    dead,
    ...(dead || rescued ? [] : [silent(first)]),
    deafToMisses(first),
    paysForNothing(first),
    ...(dead || rescued ? [] : [cliff(first)]),
    neighbours,
    ...(dead || rescued ? [] : [imageSize(trials)]),
  ].filter((finding) => finding !== undefined);
  if (found.length > 0) return found;
  return [
    {
      verdict: 'fine',
      because: `a false pixel has ${times(relativeFalse(first))} the gradient of cross-entropy, a missed one ${times(relativeMissed(first))}`,
    },
  ];
}

/** Gradient on a false pixel of an empty image, in units of cross-entropy's. */
export function relativeFalse({ falseGradient, side }: SizeTrial): number {
  return falseGradient / crossEntropyGradient(side);
}

/** Gradient on a missed pixel, in units of cross-entropy's. */
export function relativeMissed({ missedGradient, side }: SizeTrial): number {
  return missedGradient / crossEntropyGradient(side);
}

/** How much more a false pixel of an empty image is heard than a missed one; null where neither is. */
export function balance({ falseGradient, missedGradient }: SizeTrial): number | null {
  return missedGradient === 0 ? null : falseGradient / missedGradient;
}

/** Whether a false pixel is heard where the whole batch is empty. */
export function heardBesideEmpty({ besideEmpty, side }: SizeTrial): boolean {
  return besideEmpty.falseGradient >= SILENT_SHARE * crossEntropyGradient(side);
}

function heardBeside({ besideStructure, side }: SizeTrial): boolean {
  return besideStructure.falseGradient >= SILENT_SHARE * crossEntropyGradient(side);
}

function unbounded({ finite, steepness: [quiet, quieter] }: SizeTrial): Finding | undefined {
  if (!finite) {
    return { verdict: 'unbounded', because: 'a value or a gradient is not finite' };
  }
  if (!(quieter > STEEPER * quiet) || quieter < 1) return undefined;
  return {
    verdict: 'unbounded',
    because: `on an image that is all but empty the gradient by probability grows from ${short(quiet)} to ${short(quieter)} as it gets emptier`,
  };
}

function constant(trial: SizeTrial): Finding | undefined {
  if (trial.falseGradient > NO_GRADIENT) return undefined;
  const [, one, , hundred] = trial.values;
  if (Math.abs(one - hundred) > 1e-6 * Math.max(1, Math.abs(hundred))) return undefined;
  return {
    verdict: 'constant',
    because: `an empty image costs ${short(one)} with 1 false pixel and with 100, and has no gradient`,
  };
}

function silent(trial: SizeTrial): Finding | undefined {
  if (relativeFalse(trial) >= SILENT_SHARE) return undefined;
  return {
    verdict: 'silent',
    deafTo: 'false pixels',
    because: `a false pixel of an empty image has ${times(relativeFalse(trial))} the gradient that cross-entropy gives it`,
  };
}

function deafToMisses(trial: SizeTrial): Finding | undefined {
  if (relativeMissed(trial) >= SILENT_SHARE) return undefined;
  return {
    verdict: 'silent',
    deafTo: 'missed pixels',
    because: `a pixel of a missed structure has ${times(relativeMissed(trial))} the gradient that cross-entropy gives it`,
  };
}

function paysForNothing({ pullToNothing, rows }: SizeTrial): Finding | undefined {
  if (pullToNothing < DOWNWARDS) return undefined;
  const { situation } = rows.find(({ missedGradient }) => missedGradient !== null)!;
  const [structure] = /structure of \d+ pixels/.exec(situation)!;
  return {
    verdict: 'pays for nothing',
    because: `on an image with a ${structure} it falls when less is predicted everywhere, even where all that is predicted comes to a tenth of the structure`,
  };
}

function cliff(trial: SizeTrial): Finding | undefined {
  const { perfect } = trial;
  const [, one, , hundred] = trial.values;
  const [rise, whole] = [one - perfect, hundred - perfect];
  if (!(whole > 1e-6) || rise < CLIFF_SHARE * whole) return undefined;
  return {
    verdict: 'cliff',
    because: `the first false pixel costs ${short(one)}, a hundred cost ${short(hundred)}`,
  };
}

function batch({ alone, besideEmpty, besideStructure }: SizeTrial): Finding | undefined {
  for (const [beside, neighbour] of [
    [besideStructure, 'one with a structure'],
    [besideEmpty, 'another empty one'],
  ] as const) {
    for (const [what, here, there] of [
      ['gradient', beside.falseGradient, alone.falseGradient],
      ['value', beside.value, alone.value],
    ] as const) {
      if (Math.abs(here - there) > BATCH_CHANGE * Math.max(Math.abs(here), Math.abs(there), 1e-6)) {
        return {
          verdict: 'depends on the batch',
          because: `the ${what} of an empty image is ${short(there)} alone and ${short(here)} beside ${neighbour}`,
        };
      }
    }
  }
  return undefined;
}

function imageSize(trials: readonly SizeTrial[]): Finding | undefined {
  const [small, large] = [trials[0]!, trials.at(-1)!];
  const mean = (large.side / small.side) ** 2;
  const change = small.falseGradient / large.falseGradient;
  if (!(change > SIZE_CHANGE * mean)) return undefined;
  return {
    verdict: 'depends on image size',
    because: `a false pixel of an empty image has ${short(change)} times less gradient at ${large.side} x ${large.side} pixels than at ${small.side} x ${small.side}; that of a mean has ${short(mean)} times less`,
  };
}

/** A number with three digits that matter. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

/** For example `0.22 times`. */
function times(value: number): string {
  return `${short(value)} times`;
}
