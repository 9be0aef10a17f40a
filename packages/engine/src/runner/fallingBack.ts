import { NotTraceable } from '@raremask/compiler';
import type { OnEvent } from '@raremask/core';
import type { Compute } from './compute.ts';
import type { Network } from './runner.ts';

/**
 * Uses what is compiled until something cannot be; that is said in one note, and an eager one takes
 * over for good.
 *
 * @param eager what goes on, made of the state that the compiled one has
 */
export class FallingBack<T extends Network> {
  #now: T;
  readonly #eager: (compiled: T) => T | Promise<T>;
  readonly #emit: OnEvent;
  readonly #loses: string;

  constructor(
    compiled: T,
    eager: (compiled: T) => T | Promise<T>,
    emit: OnEvent,
    { precision = 'float32' }: Compute,
  ) {
    this.#now = compiled;
    this.#loses = precision === 'float32' ? '' : ' and in float32';
    this.#eager = eager;
    this.#emit = emit;
  }

  /** What computes at the moment. */
  get now(): T {
    return this.#now;
  }

  async try<R>(run: (network: T) => Promise<R>): Promise<R> {
    try {
      return await run(this.#now);
    } catch (error) {
      if (!(error instanceof NotTraceable)) throw error;
      this.#emit({
        type: 'note',
        level: 'warn',
        text: `not compiled: ${error.message}; it is computed step by step instead, which is slower${this.#loses}`,
      });
      const eager = await this.#eager(this.#now);
      await this.#now.dispose();
      this.#now = eager;
      return await run(eager);
    }
  }
}
