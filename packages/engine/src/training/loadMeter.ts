import { availableParallelism, freemem } from 'node:os';
import type { RunEvent } from '@raremask/core';
import { GpuMeter } from './gpuMeter.ts';

type LoadEvent = Extract<RunEvent, { type: 'load' }>;

/** Measures what this process takes of the machine from one call to the next. */
export class LoadMeter {
  readonly #gpus = new GpuMeter();
  readonly #cores = availableParallelism();
  #cpu = process.cpuUsage();
  #since = performance.now();

  /** Begins to ask what cannot be had at once; nobody waits for it. */
  ask(): void {
    void this.#gpus.ask();
  }

  taken(epoch: number): LoadEvent {
    const { user, system } = process.cpuUsage(this.#cpu);
    // Both are microseconds, and a share of every core's time.
    const microseconds = (performance.now() - this.#since) * 1000 * this.#cores;
    this.#cpu = process.cpuUsage();
    this.#since = performance.now();
    return {
      ...{ type: 'load', epoch, cores: this.#cores },
      cpu: microseconds > 0 ? Math.min((user + system) / microseconds, 1) : 0,
      memory: process.memoryUsage.rss(),
      free: freemem(),
      ...(this.#gpus.last.length > 0 && { gpus: this.#gpus.last }),
    };
  }
}
