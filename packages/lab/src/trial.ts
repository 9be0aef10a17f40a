import { type Facts, firstForeground, type Loss } from '@raremask/core';
import { type Measured, measure } from './measure.ts';
import { FALSE_PROBABILITY, MISSED_PROBABILITY, type Picture, scene } from './scene.ts';

/** The side of the images, the structure, and the class list that losses are tried with. */
export interface LabSettings {
  readonly facts: Facts;
  /** Two or more image sides in pixels, ascending, for example [64, 128]. */
  readonly sides: readonly number[];
  /** Pixels of the structure that is missed. */
  readonly structure: number;
}

/** One measurement, as it stands in tables and in JSON. */
export interface Row {
  readonly situation: string;
  /** Side of the image in pixels. */
  readonly side: number;
  readonly value: number;
  /** With respect to the logit of one false pixel; null where the situation has none. */
  readonly falseGradient: number | null;
  /** With respect to the logit of one missed pixel; null where the situation has none. */
  readonly missedGradient: number | null;
}

/** One point of a curve: an empty image with so many false pixels. */
export interface Point {
  readonly falsePixels: number;
  readonly value: number;
  /** Magnitude on one of them. */
  readonly gradient: number;
}

/** What the situations of one image size have shown. */
export interface SizeTrial {
  readonly side: number;
  /** An empty image that is predicted empty, haze 1e-12: the best that there is. */
  readonly perfect: number;
  /** Values of empty images with 0, 1, 10 and 100 false pixels, haze 1e-6. */
  readonly values: readonly [number, number, number, number];
  /** Gradient magnitude on one false pixel of an empty image, haze 0.01. */
  readonly falseGradient: number;
  /** Gradient magnitude on one pixel of a missed structure, haze 0.01. */
  readonly missedGradient: number;
  /** Value of an empty image with a haze of 0.01 and no false pixel. */
  readonly haze: number;
  /** Value of a structure that is missed. */
  readonly missed: number;
  /** The empty image with one false pixel, beside an image with a structure: value and gradient. */
  readonly besideStructure: { readonly value: number; readonly falseGradient: number };
  /** The same beside another empty image. */
  readonly besideEmpty: { readonly value: number; readonly falseGradient: number };
  /** The same alone. */
  readonly alone: { readonly value: number; readonly falseGradient: number };
  /**
   * An image with a structure, of which every pixel is predicted with a tenth of the structure's share: how much of the
   * gradient pulls all logits of the class down, from -1 to 1. A loss with a way to the structure pulls them up there.
   */
  readonly pullToNothing: number;
  /** Magnitude of the gradient with respect to a pixel's probability, at a haze of 1e-9 and of 1e-12. */
  readonly steepness: readonly [number, number];
  readonly finite: boolean;
  readonly curve: readonly Point[];
  readonly rows: readonly Row[];
}

/** The haze that gradients are taken with: a network is never sure. */
const HAZE = 0.01;
const QUIET = 1e-6;
const FALSE_PIXELS = [0, 1, 10, 100] as const;
const CURVE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** The gradient of plain cross-entropy, the mean over pixels, on a pixel that is wrong by 0.9. */
export function crossEntropyGradient(side: number): number {
  return FALSE_PROBABILITY / side ** 2;
}

/** Puts a loss into all standard situations at one image size. */
export async function tryAt(loss: Loss, settings: LabSettings, side: number): Promise<SizeTrial> {
  const { facts, structure } = settings;
  const plain: Picture = { size: [side, side], haze: HAZE, falsePixels: 0, structure: 0, found: 0 };
  const empty = (falsePixels: number, haze = HAZE): Picture => ({ ...plain, falsePixels, haze });
  const withStructure = (found: number): Picture => ({ ...plain, structure, found });
  const measured: Measured[] = [];
  const rows: Row[] = [];
  const look = async (situation: string | null, ...pictures: readonly Picture[]) => {
    const result = await measure(loss, scene(facts, pictures));
    measured.push(result);
    if (situation !== null) {
      const { value, falseGradient } = result;
      const missedGradient = result.structureGradient;
      rows.push({ situation, side, value, falseGradient, missedGradient });
    }
    return result;
  };

  const values: number[] = [];
  for (const count of FALSE_PIXELS) {
    values.push((await look(`empty, ${count} false pixels`, empty(count, QUIET))).value);
  }
  const haze = await look('empty, haze of 0.01', empty(0));
  const alone = await look('empty, haze and 1 false pixel', empty(1));
  const missed = await look(
    `structure of ${structure} pixels missed`,
    withStructure(MISSED_PROBABILITY),
  );
  const companion = withStructure(1 - MISSED_PROBABILITY);
  const companionAlone = await look(null, companion);
  const mixed = await look('the empty image beside one with a structure', empty(1), companion);
  const both = await look('both images of the batch empty', empty(1), empty(1));
  const perfect = await look(null, empty(0, 1e-12));

  const faint = structure / side ** 2 / 10;
  const before = await look(null, { ...withStructure(faint), haze: faint });

  const steepness: number[] = [];
  for (const rest of [1e-9, 1e-12]) {
    const { gradient, finite } = await hazeGradient(loss, settings, side, rest);
    steepness.push(gradient);
    if (!finite) measured.push({ ...perfect, finite: false });
  }
  const curve: Point[] = [];
  for (const falsePixels of CURVE.filter((count) => count <= side ** 2 / 4)) {
    const { value, falseGradient } = await look(null, empty(falsePixels));
    curve.push({ falsePixels, value, gradient: Math.abs(falseGradient!) });
  }
  return {
    side,
    perfect: perfect.value,
    values: values as [number, number, number, number],
    falseGradient: Math.abs(alone.falseGradient!),
    missedGradient: Math.abs(missed.structureGradient!),
    haze: haze.value,
    missed: missed.value,
    besideStructure: {
      value: mixed.value - companionAlone.value,
      falseGradient: Math.abs(mixed.falseGradient!),
    },
    besideEmpty: { value: both.value / 2, falseGradient: Math.abs(both.falseGradient!) },
    alone: { value: alone.value, falseGradient: Math.abs(alone.falseGradient!) },
    pullToNothing: before.pullSize === 0 ? 0 : before.pull / before.pullSize,
    steepness: steepness as [number, number],
    finite: measured.every((one) => one.finite),
    curve,
    rows,
  };
}

/** Gradient with respect to the probability of one pixel of an image that is all but quiet. */
async function hazeGradient(
  loss: Loss,
  { facts }: LabSettings,
  side: number,
  haze: number,
): Promise<{ readonly gradient: number; readonly finite: boolean }> {
  const quiet = scene(facts, [
    { size: [side, side], haze, falsePixels: 0, structure: 0, found: 0 },
  ]);
  const scores = { ...quiet, falsePixel: firstForeground(facts) };
  const { falseGradient, finite } = await measure(loss, scores);
  return { gradient: Math.abs(falseGradient!) / (haze * (1 - haze)), finite };
}
