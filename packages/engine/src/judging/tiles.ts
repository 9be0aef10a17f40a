import type { Facts } from '@raremask/core';
import type { Network } from '../runner/runner.ts';

/** What `evaluate.window` comes to for images of a padded size; undefined where they are seen whole. */
export type TileRule = (size: readonly number[]) => readonly number[] | undefined;

/**
 * A network that sees images in windows. They overlap by half at least; logits are weighted by a
 * Gaussian around the middle of each window, whose deviation is an eighth of its extent (after Isensee
 * et al. 2021).
 */
export function inTiles(
  network: Pick<Network, 'infer'>,
  rule: TileRule,
  { channels, classes }: Pick<Facts, 'channels' | 'classes'>,
): Pick<Network, 'infer'> {
  return {
    async infer(images, count, size) {
      const wish = rule(size);
      const tile = wish && size.map((extent, axis) => Math.min(extent, wish[axis]!));
      if (tile === undefined || tile.every((extent, axis) => extent === size[axis])) {
        return network.infer(images, count, size);
      }
      const depth = classes.length;
      const pixels = product(size);
      const logits = new Float32Array(count * pixels * depth);
      const part = new Float32Array(product(tile) * channels);
      const weights = tile.map(bell);
      // An image has a structure where any of its windows has.
      const judged = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
      let judges = false;
      for (let image = 0; image < count; image++) {
        const from = images.subarray(image * pixels * channels, (image + 1) * pixels * channels);
        const into = logits.subarray(image * pixels * depth, (image + 1) * pixels * depth);
        const sums = new Float32Array(pixels);
        for (const origin of originsOf(size, tile)) {
          eachPixel(size, tile, origin, weights, (whole, place) => {
            for (let channel = 0; channel < channels; channel++) {
              part[place * channels + channel] = from[whole * channels + channel]!;
            }
          });
          const { logits: seen, image: own } = await network.infer(part, 1, tile);
          if (own) {
            judges = true;
            judged[image] = Math.max(judged[image]!, own[0]!);
          }
          eachPixel(size, tile, origin, weights, (whole, place, weight) => {
            sums[whole]! += weight;
            for (let index = 0; index < depth; index++) {
              into[whole * depth + index]! += weight * seen[place * depth + index]!;
            }
          });
        }
        for (const [pixel, sum] of sums.entries()) {
          for (let index = 0; index < depth; index++) into[pixel * depth + index]! /= sum;
        }
      }
      return judges ? { logits, image: judged } : { logits };
    },
  };
}

/** Evenly spaced, from one end to the other, at most half a window apart. */
function startsOf(extent: number, tile: number): number[] {
  const room = extent - tile;
  const gaps = Math.ceil(room / Math.max(1, Math.floor(tile / 2)));
  return Array.from({ length: gaps + 1 }, (_, index) =>
    gaps === 0 ? 0 : Math.round((index * room) / gaps),
  );
}

function originsOf(size: readonly number[], tile: readonly number[]): number[][] {
  return size.reduce<number[][]>(
    (origins, extent, axis) =>
      origins.flatMap((origin) => startsOf(extent, tile[axis]!).map((start) => [...origin, start])),
    [[]],
  );
}

function bell(extent: number): Float64Array {
  const deviation = extent / 8;
  return Float64Array.from({ length: extent }, (_, at) =>
    Math.exp(-(((at - (extent - 1) / 2) / deviation) ** 2) / 2),
  );
}

/** Visits a window: index in the image, index in the window, weight. */
function eachPixel(
  size: readonly number[],
  tile: readonly number[],
  origin: readonly number[],
  weights: readonly Float64Array[],
  visit: (whole: number, own: number, weight: number) => void,
): void {
  const flat = size.length === 2;
  const [height, width] = size.slice(-2) as [number, number];
  const [rows, columns] = tile.slice(-2) as [number, number];
  const [top, left] = origin.slice(-2) as [number, number];
  const [rowWeights, columnWeights] = weights.slice(-2) as [Float64Array, Float64Array];
  let own = 0;
  for (let plane = 0; plane < (flat ? 1 : tile[0]!); plane++) {
    const z = flat ? 0 : origin[0]! + plane;
    const planeWeight = flat ? 1 : weights[0]![plane]!;
    for (let row = 0; row < rows; row++) {
      const start = (z * height + top + row) * width + left;
      const rowWeight = planeWeight * rowWeights[row]!;
      for (let column = 0; column < columns; column++, own++) {
        visit(start + column, own, rowWeight * columnWeights[column]!);
      }
    }
  }
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
