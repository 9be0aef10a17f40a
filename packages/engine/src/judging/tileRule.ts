import { freemem } from 'node:os';
import type { Facts, Model } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { windowDoesNotFit } from '../errors.ts';
import { paddedSize } from '../reading/window.ts';
import type { TileRule } from './tiles.ts';

/** Shares of the free memory, and most bytes, that an image seen whole, or a window, may need. */
const PLANE = { whole: { share: 1 / 4, most: 2 ** 30 }, window: { share: 1 / 16, most: 2 ** 28 } };
/** Least and largest extent of windows of images. */
const SIDE = { least: 256, most: 2048 };

/** Extent of the windows that `auto` sees volumes through, and of those that it still sees whole. */
const AUTO = 96;
const WHOLE = 128 ** 3;

/**
 * Throws where the windows do not fit the model.
 *
 * @param memory bytes that are free
 */
export function tileRule(
  window: Manifest['evaluate']['window'],
  { space }: Pick<Facts, 'space'>,
  model: Pick<Model, 'multipleOf' | 'judgesImages'> & Partial<Pick<Model, 'weights'>>,
  memory = freeMemory(),
): TileRule {
  const { multipleOf } = model;
  if (window === 'whole') return () => undefined;
  if (window === 'auto' && space === 2) return planeRule(multipleOf, bytesOf(model), memory);
  if (window === 'auto') return volumeRule(multipleOf);
  if (
    window.length !== space ||
    window.some((extent, axis) => extent % (multipleOf[axis] ?? 1) !== 0)
  ) {
    throw windowDoesNotFit(window, multipleOf, 'evaluate.window');
  }
  return () => window;
}

/** Windows that `auto` sees volumes through, whatever memory there is. */
export function volumeRule(multipleOf: readonly number[]): TileRule {
  const tile = paddedSize([AUTO, AUTO, AUTO], multipleOf);
  return (size) => (product(size) > WHOLE ? tile : undefined);
}

/** Images that need too much are seen through square windows as large as the memory allows. */
function planeRule(multipleOf: readonly number[], bytes: number, memory: number): TileRule {
  const room = ({ share, most }: (typeof PLANE)['whole']) => Math.min(memory * share, most) / bytes;
  const side = Math.sqrt(room(PLANE.window));
  const extent = Math.min(Math.max(side, SIDE.least), SIDE.most);
  const tile = multipleOf.map((step) => Math.max(step, Math.floor(extent / step) * step));
  return (size) => (product(size) > room(PLANE.whole) ? tile : undefined);
}

/**
 * Bytes that a pixel of an image needs in the network, about: twelve maps of as many channels as the convolution to
 * classes sees, as of a U-Net of two convolutions a level with its skip connection. Auxiliary ones of coarser levels
 * have as many outputs and see more channels; what says of an image whether it has any structure is none of them.
 */
function bytesOf({
  weights = [],
  judgesImages,
}: Partial<Pick<Model, 'weights' | 'judgesImages'>>): number {
  const kernels = weights.flatMap(({ shape }) => (shape.length === 4 ? [shape] : []));
  const judge = judgesImages ? kernels.findLastIndex(([, , , outputs]) => outputs === 1) : -1;
  if (judge >= 0) kernels.splice(judge, 1);
  const outputs = kernels.at(-1)?.[3];
  const others = kernels.findLastIndex((shape) => shape[3] !== outputs);
  const heads = kernels.slice(others + 1).map((shape) => shape[2]!);
  const channels = heads.length > 0 ? Math.min(...heads) : 32;
  return 12 * channels * Float32Array.BYTES_PER_ELEMENT;
}

/** Memory that this process may still take, of the machine or of its container. */
export function freeMemory(): number {
  return process.availableMemory?.() ?? freemem();
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
