import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Bytes; where more is used, three times as much again would be too much, and steps are the smaller part of the work. */
const MOST = 128 * 2 ** 20;

/**
 * Has the garbage collector go through what is alive when garbage is three times as much, in place of a fraction of it.
 * The runtime hands the state of each step over in memory of its own: left alone, a small network's training spent a
 * fifth of a core on looking for it, in four threads of the collector, every few steps.
 */
export function collectSeldom(): void {
  if (getHeapStatistics().used_heap_size > MOST) return;
  setFlagsFromString('--heap-growing-percent=300');
}
