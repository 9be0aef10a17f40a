import { quantile } from '../quantile.ts';
import { squaredDistances } from './distanceMap.ts';

/** Distances between two surfaces, each ascending. */
export interface SurfaceDistances {
  /** Of each pixel of the predicted surface to the true one. */
  readonly predicted: readonly number[];
  /** Of each pixel of the true surface to the predicted one. */
  readonly truth: readonly number[];
}

interface Masks {
  /** 0 or 1 a pixel, the last space axis fastest. */
  readonly predicted: Uint8Array;
  readonly truth: Uint8Array;
  /** [height, width] or [depth, height, width]. */
  readonly size: readonly number[];
  /** Size of a pixel along each space axis, in millimetres; left out, distances are in pixels. */
  readonly spacing?: readonly number[];
}

/**
 * Distances between the surfaces of two masks: pixels of a mask that share a face with one outside it, or lie
 * at the border of the image. Undefined where one of the masks is empty: there is no distance then.
 */
export function surfaceDistances({
  predicted,
  truth,
  size,
  spacing = size.map(() => 1),
}: Masks): SurfaceDistances | undefined {
  const [found, real] = [surfaceOf(predicted, size), surfaceOf(truth, size)];
  if (!found.includes(1) || !real.includes(1)) return undefined;
  const from = (surface: Uint8Array, to: Uint8Array) => {
    const squares = squaredDistances(to, size, spacing);
    const distances: number[] = [];
    for (let at = 0; at < surface.length; at++) {
      if (surface[at] === 1) distances.push(Math.sqrt(squares[at]!));
    }
    return distances.sort((left, right) => left - right);
  };
  return { predicted: from(found, real), truth: from(real, found) };
}

/** 1 at the pixels of a mask that have a neighbour outside it. */
export function surfaceOf(mask: Uint8Array, size: readonly number[]): Uint8Array {
  const surface = new Uint8Array(mask.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue;
    let stride = mask.length;
    const isOuter = size.some((extent) => {
      stride /= extent;
      const at = Math.floor(pixel / stride) % extent;
      const isInner = at > 0 && at < extent - 1;
      return !isInner || mask[pixel - stride] === 0 || mask[pixel + stride] === 0;
    });
    if (isOuter) surface[pixel] = 1;
  }
  return surface;
}

/**
 * Hausdorff distance at a percentile: the larger one of both directions (Huttenlocher et al. 1993), as MONAI
 * has it; some pool both directions first and come to less.
 */
export function hausdorff({ predicted, truth }: SurfaceDistances, percentile: number): number {
  return Math.max(quantile(predicted, percentile / 100), quantile(truth, percentile / 100));
}

/** Mean over the pixels of both surfaces together. */
export function averageDistance({ predicted, truth }: SurfaceDistances): number {
  const sum = [...predicted, ...truth].reduce((all, one) => all + one, 0);
  return sum / (predicted.length + truth.length);
}

/** Pixels of both surfaces that lie at most so far from the other one. */
export function nearBoth({ predicted, truth }: SurfaceDistances, tolerance: number): number {
  return [...predicted, ...truth].filter((distance) => distance <= tolerance).length;
}
