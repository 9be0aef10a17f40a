import { stackPlace } from '@raremask/core/host';
import { inOwnScopes } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { inCallOf } from './calledPlugin.ts';
import { movedScopes } from './errors.ts';
import { atLine } from './reason.ts';

/** A tensor that tf.keep was told to keep while a plugin was called. */
interface Kept {
  readonly place: string;
  readonly tensor: tf.Tensor;
  /** Its stack says where; only where it is asked for. */
  readonly called: Error | undefined;
  readonly url: string | undefined;
}

interface Keeping {
  keep(tensor: tf.Tensor): tf.Tensor;
}

/** What plugins keep in the step that is being computed; undefined while nobody looks. */
let open: { readonly kept: Kept[]; readonly withStack: boolean } | undefined;

/** Calls a plugin, and notes what it keeps beyond the step, where somebody looks. */
export function watched<T>(place: string, url: string | undefined, call: () => T): T {
  const own = () => inOwnScopes(call, () => movedScopes(place));
  if (open === undefined) return inCallOf({ place, url }, own);
  const { kept, withStack } = open;
  const keeping = tf.engine() as unknown as Keeping;
  const { keep } = keeping;
  keeping.keep = (tensor) => {
    const called = withStack ? new Error('kept') : undefined;
    kept.push({ place, tensor, called, url });
    return keep.call(keeping, tensor);
  };
  try {
    return inCallOf({ place, url }, own);
  } finally {
    keeping.keep = keep;
  }
}

/** Steps in a row that leave tensors behind, after which a plugin leaks: constants are made in the first. */
const STEPS = 4;

/** Looks whether plugins keep tensors at every step, which ends in a full memory. */
export class Leaks {
  readonly #emit: (text: string) => void;
  readonly #steps = new Map<string, number>();
  readonly #told = new Set<string>();

  /** @param emit hears of each place once */
  constructor(emit: (text: string) => void) {
    this.#emit = emit;
  }

  /** Computes a step. */
  during<T>(step: () => T): T {
    const kept: Kept[] = [];
    open = { kept, withStack: [...this.#steps.values()].includes(STEPS - 1) };
    let result: T;
    try {
      result = step();
    } finally {
      open = undefined;
    }
    // What tfjs itself keeps for a gradient is gone by now.
    this.#count(kept.filter(({ tensor }) => !tensor.isDisposed));
    return result;
  }

  #count(left: readonly Kept[]): void {
    const places = new Set(left.map(({ place }) => place));
    for (const place of this.#steps.keys()) if (!places.has(place)) this.#steps.delete(place);
    for (const place of places) {
      const steps = (this.#steps.get(place) ?? 0) + 1;
      this.#steps.set(place, steps);
      if (steps < STEPS || this.#told.has(place)) continue;
      this.#told.add(place);
      const own = left.filter((one) => one.place === place);
      const line = atLine(stackPlace(own[0]!.called, own[0]!.url));
      const tensors = own.length === 1 ? 'a tensor' : `${own.length} tensors`;
      this.#emit(
        `${place} keeps ${tensors} at every step (tf.keep${line}), which fills the memory: make constants once, and dispose of the rest`,
      );
    }
  }
}
