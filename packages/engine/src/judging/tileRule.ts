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
  { multipleOf, weights }: Pick<Model, 'multipleOf'> & Partial<Pick<Model, 'weights'>>,
  memory = freeMemory(),
): TileRule {
  if (window === 'whole') return () => undefined;
  if (window === 'auto' && space === 2) return planeRule(multipleOf, bytesOf(weights), memory);
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
 * Bytes that a pixel of an image needs in the network, about: twelve maps of as many channels as its last
 * convolution sees, as of a U-Net of two convolutions a level with its skip connection.
 */
function bytesOf(weights: Model['weights'] = []): number {
  const kernel = weights.findLast(({ shape }) => shape.length === 4);
  return 12 * (kernel?.shape[2] ?? 32) * Float32Array.BYTES_PER_ELEMENT;
}

/** Memory that this process may still take, of the machine or of its container. */
export function freeMemory(): number {
  return process.availableMemory?.() ?? freemem();
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
