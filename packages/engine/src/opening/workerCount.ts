import { availableParallelism } from 'node:os';

/** One thread for the step, the others read; at most four. */
export function workerCount(wish: number | 'auto', cores = availableParallelism()): number {
  return wish === 'auto' ? Math.min(Math.max(cores - 1, 1), 4) : wish;
}
