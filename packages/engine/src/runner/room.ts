import { freemem } from 'node:os';
import { type Graph, peakOf } from '@raremask/compiler';
import { isOutOfMemory } from '@raremask/core';
import { stepMemory } from '../errors.ts';

/** What a training step is estimated to need of the processor's memory. */
export interface Room {
  /** Altogether, for this batch. */
  readonly bytes: number;
  /** Of these, what does not grow with the batch. */
  readonly fixed: number;
}

/**
 * Bytes that the runtime takes for one byte that is alive, measured on the U-Nets of bench/speed: its operators have
 * memory of their own while they work, and its order keeps a little more alive than the graph's.
 */
const RUNTIME = 2.5;

/** The least share of an estimate that was measured. */
const LEAST = 2 / 3;

/** @param state bytes of weights, slots and buffers; steps write them into a second set of arrays */
export function roomOf(graph: Graph, state: number): Room {
  const fixed = 2 * state;
  return { bytes: RUNTIME * peakOf(graph) + fixed, fixed };
}

/**
 * Stops before a step that this machine has no memory for: systems end a process without a word that takes more.
 *
 * @param batch [count, ...size]
 * @throws RaremaskError
 */
export function requireMemory(
  room: Room,
  batch: readonly number[],
  available: number = availableMemory(),
): void {
  if (LEAST * room.bytes <= available) return;
  throw stepMemory(batch, inMiB(room.bytes), whatFits(room, batch, available), undefined);
}

/**
 * What the system can give: of a container with a limit, what this process leaves of that. What the container's own count says
 * to be left (`process.availableMemory`) is without its cache of files, which a large data set fills, and which is given up.
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  const own = limit > 0 ? limit - process.memoryUsage.rss() : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(freemem(), own));
}

/** Does what needs a step's memory; where that ends, says what was estimated. @throws RaremaskError */
export async function withRoom<T>(
  room: Room,
  batch: readonly number[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    const fits = whatFits(room, batch, availableMemory());
    throw stepMemory(batch, inMiB(room.bytes), fits, error);
  }
}

/** The largest batch of the same windows that fits, or the largest window for a batch of one. */
function whatFits(room: Room, batch: readonly number[], available: number): string {
  const [count, ...size] = batch as [number, ...number[]];
  const share = Math.max(0, available - room.fixed) / (room.bytes - room.fixed);
  const most = Math.min(Math.floor(count * share), count - 1);
  const there = `${inMiB(available)} MiB are available`;
  if (most >= 1) return `${there}: about ${most} of these windows fit`;
  const scale = (share * count) ** (1 / size.length);
  const window = size.map((extent) => Math.min(extent - 1, Math.floor(extent * scale)));
  if (window.some((extent) => extent < 1)) return `${there}: no window fits`;
  return `${there}: one window of about ${window.join(' x ')} fits`;
}

export function inMiB(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
