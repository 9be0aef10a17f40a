import {
  type AugmentedWindow,
  type ChangedArrays,
  type Donor,
  type Facts,
  IGNORE,
  isRaremaskError,
  type RandomStream,
} from '@raremask/core';
import { anyForeground } from '@raremask/metrics';
import type { Waiting } from '../guard/waiting.ts';
import { augmentFailed, brokenWindow } from './errors.ts';
import type { MadeAugmentation } from './makeAugmentations.ts';
import type { Stage, Streams } from './stages.ts';
import type { WindowArrays } from './windowArrays.ts';

/** A window that has been cut, and what is known of it. */
export interface Changing {
  /** Of the image, for messages. */
  readonly id: string;
  readonly arrays: WindowArrays;
  /** Extent of the window, without the padding. */
  readonly drawn: readonly number[];
  readonly facts: Facts;
  /** Whether the whole image has no foreground: counted for those alone that ask. */
  readonly isEmpty: () => boolean;
  readonly waiting: Waiting;
  /** Reads an image with structures. */
  readonly donor?: (random: RandomStream) => Promise<Donor>;
}

/**
 * Changes the values of a window in place, as the augmentations of a stage do.
 *
 * @returns whether a structure was copied into a window of an image without any
 */
export async function changeValues(
  { changes }: Stage,
  changing: Changing,
  streams: Streams,
): Promise<boolean> {
  const { arrays, drawn, facts, isEmpty, donor } = changing;
  let pasted = false;
  const size = Object.freeze([...arrays.size]);
  if (changes.length === 0) return false;
  const before = copyOf(arrays);
  for (const one of changes) {
    const donors = one.product.donors === true;
    const window: AugmentedWindow = Object.freeze({
      ...arrays,
      size,
      drawn: Object.freeze([...drawn]),
      get empty() {
        return isEmpty();
      },
      ...(facts.spacing && { spacing: Object.freeze([...facts.spacing]) }),
      ...(donors && donor && { donor }),
    });
    let changed: ChangedArrays | undefined;
    try {
      const what = `${one.where}, window of ${changing.id}`;
      const given = one.product.window!(window, streams.of(one));
      changed = (await changing.waiting.for(what, given)) ?? undefined;
    } catch (error) {
      throw isRaremaskError(error)
        ? error
        : augmentFailed(one.where, changing.id, error, one.planned.url);
    }
    if (changed !== undefined) take(changed, one, changing);
    checkValues(one, changing, before);
    if (donors && isEmpty()) pasted ||= anyForeground(arrays.labels, facts);
  }
  return pasted;
}

/** Puts arrays that were given back in the place of the window's. */
function take(changed: ChangedArrays, { where }: MadeAugmentation, { id, arrays }: Changing): void {
  const broken = (what: string, expected: string, got: unknown) =>
    brokenWindow(where, id, what, expected, JSON.stringify(got) ?? String(got));
  if (typeof changed !== 'object' || changed === null) {
    throw broken('window gives back no arrays', 'an object with arrays, or nothing', changed);
  }
  const unknown = Object.keys(changed).filter(
    (key) => !['image', 'labels', 'weight'].includes(key),
  );
  if (unknown.length > 0) {
    throw broken('window gives back what nothing reads', 'image, labels, weight', unknown);
  }
  for (const name of ['image', 'labels', 'weight'] as const) {
    const [own, given] = [arrays[name], changed[name]];
    if (given === undefined || given === own) continue;
    const type = own instanceof Uint8Array ? Uint8Array : Float32Array;
    if (!(given instanceof type) || given.length !== own.length) {
      const expected = `a ${type.name} of ${own.length} values`;
      const got = `a ${Object(given).constructor?.name} of ${given?.length}`;
      throw brokenWindow(where, id, `its ${name} has another type or length`, expected, got);
    }
    own.set(given as never);
  }
}

/** What an augmentation changes seldom, as it was before. */
type Before = Pick<WindowArrays, 'labels' | 'weight' | 'inside'>;

function copyOf({ labels, weight, inside }: WindowArrays): Before {
  return { labels: labels.slice(), weight: weight.slice(), inside: inside.slice() };
}

/** Refuses what would become a loss that is no number, a label that is no class, or another `inside`. */
function checkValues(one: MadeAugmentation, changing: Changing, before: Before): void {
  const { image, labels, weight } = changing.arrays;
  checkImage(one, changing, image);
  if (Buffer.compare(bytesOf(weight), bytesOf(before.weight)) !== 0) {
    checkWeight(one, changing, weight);
    before.weight.set(weight);
  }
  if (Buffer.compare(labels, before.labels) !== 0) {
    checkLabels(one, changing, labels);
    before.labels.set(labels);
  }
  checkInside(one, changing, before.inside);
}

function checkImage({ where }: MadeAugmentation, { id }: Changing, image: Float32Array): void {
  // A sum of zeros is 0 as long as every number is finite.
  if (zeros(image) === 0) return;
  const at = image.findIndex((value) => !Number.isFinite(value));
  throw brokenWindow(where, id, `image at index ${at}`, 'finite numbers', `${image[at]}`);
}

function checkWeight({ where }: MadeAugmentation, { id }: Changing, weight: Float32Array): void {
  for (let at = 0; at < weight.length; at++) {
    if (weight[at]! >= 0 && weight[at]! < Number.POSITIVE_INFINITY) continue;
    const what = `weight at index ${at}`;
    throw brokenWindow(where, id, what, 'finite numbers from 0', `${weight[at]}`);
  }
}

function checkLabels({ where }: MadeAugmentation, { id, facts }: Changing, labels: Uint8Array) {
  const highest = facts.overlapping ? 1 : facts.classes.length - 1;
  for (let at = 0; at < labels.length; at++) {
    if (labels[at]! <= highest || labels[at] === IGNORE) continue;
    const expected = `0 to ${highest}, or ${IGNORE} for ignored pixels`;
    throw brokenWindow(where, id, `label at index ${at}`, expected, `${labels[at]}`);
  }
}

/** What counts as beside the image would be covered. */
function checkInside(
  { where }: MadeAugmentation,
  { id, arrays }: Changing,
  before: Uint8Array,
): void {
  if (Buffer.compare(arrays.inside, before) === 0) return;
  const at = before.findIndex((value, index) => arrays.inside[index] !== value);
  const [expected, got] = [`${before[at]}, as it was`, `${arrays.inside[at]}`];
  throw brokenWindow(where, id, `inside at index ${at}, which is to be read only`, expected, got);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Four sums, since an addition waits for the one before it. */
function zeros(values: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < values.length; at += 4) {
    first += values[at]! * 0;
    second += values[at + 1]! * 0;
    third += values[at + 2]! * 0;
    fourth += values[at + 3]! * 0;
  }
  for (; at < values.length; at++) first += values[at]! * 0;
  return first + second + third + fourth;
}
