import { isRaremaskError } from '@raremask/core';
import { metricsLost } from './errors.ts';
import type { MlflowServer } from './server.ts';

/** As MLflow has it. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** Values that the server takes in one request, at most. */
const MOST = 1000;
/** Values, and milliseconds, after which those that wait are sent. */
const ENOUGH = 500;
const LONG = 10_000;

/**
 * Sends values in batches while training goes on. One that cannot be sent is an error of the next call,
 * with all that wait: nothing is left out without a word.
 */
export class MetricQueue {
  readonly #server: MlflowServer;
  readonly #runId: string;
  #waiting: Metric[] = [];
  #sending: Promise<void> | undefined;
  #failure: unknown;
  #lastSent: number;

  constructor(server: MlflowServer, runId: string, now: number) {
    this.#server = server;
    this.#runId = runId;
    this.#lastSent = now;
  }

  add(metrics: readonly Metric[], now: number): void {
    this.#waiting.push(...metrics);
    if (this.#failure !== undefined) throw this.#lost(this.#failure);
    if (this.#waiting.length >= ENOUGH || now - this.#lastSent >= LONG) {
      this.#lastSent = now;
      this.#send().catch((error: unknown) => {
        this.#failure = error;
      });
    }
  }

  /** Waits until the server has everything. */
  async flush(now: number): Promise<void> {
    this.#lastSent = now;
    try {
      while (this.#waiting.length > 0) {
        if (this.#failure !== undefined) throw this.#failure;
        await this.#send();
      }
    } catch (error) {
      this.#failure = error;
      throw this.#lost(error);
    }
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const metrics = this.#waiting.slice(0, MOST);
      await this.#server.post('runs/log-batch', { run_id: this.#runId, metrics });
      this.#waiting.splice(0, metrics.length);
    }
  }

  #lost(error: unknown): unknown {
    if (!isRaremaskError(error)) return error;
    const steps = this.#waiting.map(({ step }) => step);
    return metricsLost(steps.length, [steps[0]!, steps.at(-1)!], error);
  }
}
