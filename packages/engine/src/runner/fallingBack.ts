import { NotTraceable } from '@raremask/compiler';
import type { OnEvent } from '@raremask/core';
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

  constructor(compiled: T, eager: (compiled: T) => T | Promise<T>, emit: OnEvent) {
    this.#now = compiled;
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
        text: `not compiled: ${error.message}; it is computed step by step instead, which is slower`,
      });
      const eager = await this.#eager(this.#now);
      await this.#now.dispose();
      this.#now = eager;
      return await run(eager);
    }
  }
}
