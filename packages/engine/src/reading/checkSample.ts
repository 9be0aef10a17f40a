import { type Facts, IGNORE, type Sample } from '@raremask/core';
import { labelDepth } from '@raremask/metrics';
import { brokenSample } from './errors.ts';

const LIMIT = Number.POSITIVE_INFINITY;

type Typed = Uint8ArrayConstructor | Uint16ArrayConstructor | Float32ArrayConstructor;
const IMAGE_TYPES: readonly Typed[] = [Uint8Array, Uint16Array, Float32Array];

/** Refuses a sample that a data set must not hand over. */
export function checkSample(id: string, sample: Sample, facts: Facts): void {
  if (!Array.isArray(sample?.size) || sample.image === undefined)
    throw brokenSample(id, 'no sample', 'a sample with size and image', `${sample}`);
  const { size, image, labels, weight } = sample;
  const validSize =
    size.length === facts.space && size.every((extent) => Number.isInteger(extent) && extent > 0);
  if (!validSize) {
    throw brokenSample(id, 'wrong size', `${facts.space} extents from 1`, `[${size.join(', ')}]`);
  }
  const { spacing, pixelSize } = sample;
  if (spacing !== undefined && !isSpacing(spacing, facts.space)) {
    const expected = `${facts.space} lengths above 0, or none`;
    throw brokenSample(id, 'wrong spacing', expected, `[${spacing.join(', ')}]`);
  }
  const told = pixelSize?.millimetres;
  if (told !== undefined && !isSpacing(told, facts.space)) {
    const expected = `${facts.space} lengths above 0, or none`;
    throw brokenSample(id, 'wrong pixelSize.millimetres', expected, `[${told.join(', ')}]`);
  }
  const pixels = product(size);
  const depth = labelDepth(facts);
  checkArray(id, size, 'image', image, IMAGE_TYPES, pixels * facts.channels);
  if (labels !== undefined) checkArray(id, size, 'labels', labels, [Uint8Array], pixels * depth);
  if (weight !== undefined) checkArray(id, size, 'weight', weight, [Float32Array], pixels);
  if (image instanceof Float32Array) checkNumbers(id, 'image', image, Number.NEGATIVE_INFINITY);
  if (weight !== undefined) checkNumbers(id, 'weight', weight, 0);
  if (labels === undefined) return;
  const highest = facts.overlapping ? 1 : facts.classes.length - 1;
  const at = firstUnknown(labels, highest);
  if (at === labels.length) return;
  throw brokenSample(
    id,
    `unknown label at pixel ${Math.floor(at / depth)} in the order of memory`,
    `0 to ${highest}, or ${IGNORE} for ignored pixels`,
    `${labels[at]}`,
  );
}

/** Refuses a type that the contract does not have: its numbers would be cut or rounded without a word. */
function checkArray(
  id: string,
  size: readonly number[],
  name: string,
  values: unknown,
  types: readonly Typed[],
  length: number,
): void {
  if (!types.some((type) => values instanceof type)) {
    const expected = types.map((type) => type.name).join(', ');
    const got = (values as object | null)?.constructor?.name ?? `${values}`;
    throw brokenSample(id, `its ${name} has a wrong type`, expected, got);
  }
  const got = (values as Uint8Array).length;
  if (got === length) return;
  const what = `its ${name} has another length than its size [${size.join(', ')}] says`;
  throw brokenSample(id, what, `${length} values`, `${got}`);
}

/** Index of the first label that stands for nothing; the number of labels where there is none. */
function firstUnknown(labels: Uint8Array, highest: number): number {
  let at = 0;
  while (at < labels.length && (labels[at]! <= highest || labels[at] === IGNORE)) at++;
  return at;
}

/** Refuses what would become a loss that is no number, while the image is still known. */
function checkNumbers(id: string, name: string, values: Float32Array, least: number): void {
  let at = 0;
  while (at < values.length && values[at]! >= least && Math.abs(values[at]!) < LIMIT) at++;
  if (at === values.length) return;
  const expected = least === 0 ? 'finite numbers from 0' : 'finite numbers';
  throw brokenSample(
    id,
    `its ${name} has an unusable number at index ${at}`,
    expected,
    `${values[at]}`,
  );
}

function isSpacing(spacing: readonly number[], space: number): boolean {
  return spacing.length === space && spacing.every((one) => one > 0 && one < LIMIT);
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
