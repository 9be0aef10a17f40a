import { isRaremaskError } from '@raremask/core';
import type { Inspection } from '@raremask/record';

type Resolutions = NonNullable<Inspection['resolutions']>;
type Cost = NonNullable<Resolutions[number]['cost']>;

/** What steps and images of a resolution are made of. */
interface Shape {
  /** Extents of the sampler's windows; null where it draws whole images. */
  readonly window: readonly number[] | null;
  readonly batch: number;
}

/** Who times a network: a step, and a look at one image, in seconds. */
interface Stopwatch {
  step(batch: number, size: readonly number[]): Promise<number>;
  image(size: readonly number[]): Promise<number>;
}

/** Seconds that one call may take to be timed; what takes longer is derived. */
const PATIENCE = 10;
/** Pixels of an image up to which a look is timed: further ones go through the network in windows. */
const MOST_PIXELS = 2 ** 20;

/**
 * Resolutions with what a step, and a look at a whole image, cost there. Timed from the coarsest on; where a call
 * would take too long, its cost is that of the one before times what it has more of pixels.
 */
export async function withCosts(
  resolutions: Resolutions,
  { window, batch }: Shape,
  network: Stopwatch,
): Promise<Resolutions> {
  const step = costing((size) => network.step(batch, size), Number.POSITIVE_INFINITY);
  const image = costing((size) => network.image(size), MOST_PIXELS);
  const costed: Resolutions[number][] = [];
  for (const resolution of resolutions.toReversed()) {
    const { size } = resolution;
    costed.push({
      ...resolution,
      cost: { step: await step(window ?? size), image: await image(size) },
    });
  }
  return costed.reverse();
}

/** Costs of growing sizes, each timed or derived; null from where there is no memory. */
function costing(time: (size: readonly number[]) => Promise<number>, most: number) {
  let last: { readonly pixels: number; readonly cost: Cost['step'] } | undefined;
  return async (size: readonly number[]): Promise<Cost['step']> => {
    const pixels = size.reduce((all, extent) => all * extent, 1);
    if (last?.pixels !== pixels) last = { pixels, cost: await costOf(size, pixels, last) };
    return last.cost;
  };

  async function costOf(
    size: readonly number[],
    pixels: number,
    before: typeof last,
  ): Promise<Cost['step']> {
    if (before?.cost === null) return null;
    const expected = before && (before.cost.seconds * pixels) / before.pixels;
    if (expected !== undefined && (expected > PATIENCE || pixels > most)) {
      return { seconds: expected, timed: false };
    }
    try {
      return { seconds: await time(size), timed: true };
    } catch (error) {
      if (isRaremaskError(error) && error.code === 'RAREMASK_STEP_MEMORY') return null;
      throw error;
    }
  }
}
