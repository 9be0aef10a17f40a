import {
  type AugmentedWindow,
  type Donor,
  type Facts,
  firstForeground,
  IGNORE,
  type RandomStream,
  type Sample,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { product } from '../trial/batch.ts';

/** What a window shows. */
export interface Scene {
  readonly label: string;
  /** Extent that was drawn; each axis is filled up to an even number. */
  readonly drawn: (space: 2 | 3) => readonly number[];
  readonly foreground: boolean;
  /** Pixels of each row that the image has nothing for. */
  readonly beside: number;
  /** Whether all intensities are the same. */
  readonly flat: boolean;
}

const square = (space: 2 | 3) => (space === 2 ? [12, 12] : [4, 12, 12]);
const odd = (space: 2 | 3) => (space === 2 ? [9, 14] : [3, 9, 14]);

export const SCENES: readonly Scene[] = [
  { label: 'a square window', drawn: square, foreground: true, beside: 0, flat: false },
  { label: 'a padded window', drawn: odd, foreground: true, beside: 0, flat: false },
  { label: 'a window over the edge', drawn: square, foreground: true, beside: 3, flat: false },
  { label: 'an empty window', drawn: square, foreground: false, beside: 0, flat: false },
  { label: 'a window of one intensity', drawn: square, foreground: false, beside: 0, flat: true },
];

/** A window as a run hands it over, the same every time. */
export function windowOf(scene: Scene, facts: Facts): AugmentedWindow {
  const random = createRandom(scene.label);
  const drawn = scene.drawn(facts.space);
  const size = drawn.map((extent) => extent + (extent % 2));
  const pixels = product(size);
  const depth = facts.overlapping ? facts.classes.length : 1;
  const inside = new Uint8Array(pixels);
  const image = new Float32Array(pixels * facts.channels);
  const labels = new Uint8Array(pixels * depth).fill(IGNORE);
  const weight = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (!isInside(pixel, size, drawn, scene.beside)) continue;
    inside[pixel] = 1;
    weight[pixel] = 1 + (pixel % 2);
    for (let channel = 0; channel < facts.channels; channel++) {
      image[pixel * facts.channels + channel] = scene.flat ? 0.5 : random.normal();
    }
    // A few pixels that nobody has judged, and a few with a structure.
    const label = pixel % 17 === 0 ? IGNORE : scene.foreground && pixel % 5 < 2 ? 1 : 0;
    const chosen = firstForeground(facts) + (Math.floor(pixel / 5) % foregroundOf(facts));
    for (let at = 0; at < depth; at++) {
      const own = facts.overlapping ? +(at === chosen) : chosen;
      labels[pixel * depth + at] = label === 1 ? own : label;
    }
  }
  return {
    size,
    drawn,
    channels: facts.channels,
    image,
    labels,
    weight,
    inside,
    empty: !scene.foreground,
  };
}

function foregroundOf(facts: Facts): number {
  return facts.classes.length - firstForeground(facts);
}

function isInside(
  pixel: number,
  size: readonly number[],
  drawn: readonly number[],
  beside: number,
): boolean {
  let rest = pixel;
  for (let axis = size.length - 1; axis >= 0; axis--) {
    const at = rest % size[axis]!;
    rest = Math.floor(rest / size[axis]!);
    const last = axis === size.length - 1;
    if (at >= drawn[axis]! || (last && at < beside)) return false;
  }
  return true;
}

/** Another training image: two structures on a ramp. */
export function donorOf(facts: Facts): Sample & { readonly labels: Uint8Array } {
  const size = facts.space === 2 ? [10, 8] : [3, 10, 8];
  const pixels = product(size);
  const depth = facts.overlapping ? facts.classes.length : 1;
  const labels = new Uint8Array(pixels * depth);
  for (const pixel of [17, 18, 25, 26, 60, 61]) {
    if (facts.overlapping) labels[pixel * depth] = 1;
    else labels[pixel] = 1;
  }
  const image = Uint8Array.from({ length: pixels * facts.channels }, (_, at) => at % 200);
  return { id: 'donor', size, image, labels };
}

/** The window with a donor, where the augmentation asks for some. */
export function offered(window: AugmentedWindow, sample: Sample | undefined): AugmentedWindow {
  if (sample === undefined) return Object.freeze({ ...window });
  const donor: Donor = { sample, normalize: (value) => (value - 100) / 50 };
  return Object.freeze({
    ...window,
    donor: async (draw: RandomStream) => {
      draw.integer(0, 3);
      return donor;
    },
  });
}
