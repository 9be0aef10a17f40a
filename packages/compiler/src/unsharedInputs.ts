import type { Elements } from './graph.ts';
import { isOnDevice, type Operand } from './providers/device.ts';

/**
 * Inputs of a program's runs in memory that the runtime takes: it does not take what threads share. Copies go where
 * those of an earlier run went, since memory that is made for each run keeps the garbage collector at work.
 */
export class UnsharedInputs {
  /** One for each run that was under way at the same time. */
  readonly #free: (Elements | undefined)[][] = [];

  /** @param run may use the inputs until it settles */
  async during<T>(
    inputs: readonly Operand[],
    run: (inputs: readonly Operand[]) => Promise<T>,
  ): Promise<T> {
    const copies = this.#free.pop() ?? [];
    try {
      return await run(
        inputs.map((operand, place) =>
          isOnDevice(operand) || !(operand.buffer instanceof SharedArrayBuffer)
            ? operand
            : copied(operand, copies, place),
        ),
      );
    } finally {
      this.#free.push(copies);
    }
  }
}

function copied(elements: Elements, copies: (Elements | undefined)[], place: number): Elements {
  const kept = copies[place];
  if (kept?.length === elements.length && kept.constructor === elements.constructor) {
    kept.set(elements as never);
    return kept;
  }
  const made = elements.slice();
  copies[place] = made;
  return made;
}
