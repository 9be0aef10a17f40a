import { type AugmentedWindow, type Facts, IGNORE, type Places } from '@raremask/core';
import { PLACE_PARTS } from '@raremask/core/host';
import type { Differing } from '../errors.ts';

interface Found extends Differing {
  readonly what: string;
}

/** What is wrong with the places of a window; undefined where nothing is. */
export function placesFault(
  places: Places | undefined,
  size: readonly number[],
  space: 2 | 3,
): Found | undefined {
  if (places === undefined) return undefined;
  if (typeof places !== 'object') {
    return { what: 'no places', expected: 'an object, or nothing', got: String(places) };
  }
  const strange = Object.keys(places).find((key) => !PLACE_PARTS.includes(key));
  if (strange !== undefined) {
    return {
      what: 'a part that places do not have',
      expected: PLACE_PARTS.join(', '),
      got: strange,
    };
  }
  const { transpose = false, flips, affine, displacement } = places;
  const [height, width] = size.slice(-2) as [number, number];
  if (transpose && height !== width) {
    const expected = 'false where the last two axes differ';
    return { what: 'transpose', expected, got: `true for [${size.join(', ')}]` };
  }
  const right = flips?.length === size.length && flips.every((flip) => typeof flip === 'boolean');
  if (flips !== undefined && !right) {
    const expected = `${size.length} times true or false`;
    return { what: 'flips', expected, got: JSON.stringify(flips) };
  }
  if (space === 3 && (affine ?? displacement) !== undefined) {
    return {
      what: 'affine and displacement are for images of two dimensions',
      expected: 'space: 2 beside places',
      got: 'either of them for a volume',
    };
  }
  if (affine !== undefined && !(affine.length === 4 && affine.every(Number.isFinite))) {
    return { what: 'affine', expected: '4 finite numbers', got: affine.join(', ') };
  }
  for (const axis of displacement === undefined ? [] : (['y', 'x'] as const)) {
    const field = displacement![axis];
    if (field instanceof Float32Array && field.length === height * width) {
      if (field.every(Number.isFinite)) continue;
    }
    const expected = `a Float32Array of ${height * width} finite numbers`;
    return { what: `displacement.${axis}`, expected, got: `${field?.length} values` };
  }
  return undefined;
}

/** What is wrong with a changed window; undefined where nothing is. */
export function windowFault(
  before: AugmentedWindow,
  after: AugmentedWindow,
  facts: Facts,
): Found | undefined {
  for (const name of ['image', 'labels', 'weight'] as const) {
    const [own, given] = [before[name], after[name]];
    if (given.constructor === own.constructor && given.length === own.length) continue;
    const expected = `a ${own.constructor.name} of ${own.length} values`;
    return { what: name, expected, got: `a ${given.constructor.name} of ${given.length}` };
  }
  const { image, labels, weight, inside } = after;
  const number = image.findIndex((value) => !Number.isFinite(value));
  if (number >= 0) {
    return { what: `image at index ${number}`, expected: 'finite', got: `${image[number]}` };
  }
  const count = weight.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (count >= 0) {
    const expected = 'a finite number from 0';
    return { what: `weight at index ${count}`, expected, got: `${weight[count]}` };
  }
  const highest = facts.overlapping ? 1 : facts.classes.length - 1;
  const unknown = labels.findIndex((label) => label > highest && label !== IGNORE);
  if (unknown >= 0) {
    const expected = `0 to ${highest}, or ${IGNORE}`;
    return { what: `label at index ${unknown}`, expected, got: `${labels[unknown]}` };
  }
  const depth = labels.length / inside.length;
  const judged = labels.findIndex(
    (label, at) => inside[Math.floor(at / depth)] === 0 && label !== IGNORE,
  );
  if (judged >= 0) {
    const what = `label at index ${judged}, beside the image`;
    return { what, expected: `${IGNORE}`, got: `${labels[judged]}` };
  }
  const changed = inside.findIndex((one, at) => one !== before.inside[at]);
  if (changed < 0) return undefined;
  const got = `another value at index ${changed}`;
  return { what: 'inside, which is to be read only', expected: 'as it was', got };
}
