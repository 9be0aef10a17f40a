import type { Optimizer, Updated } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import type { Trial } from '../trial/everyOptions.ts';
import { optimizerThrows } from './faults.ts';

/** An optimizer under trial: one plugin with one set of options. */
export interface OptimizerSubject {
  readonly optimizer: Optimizer;
  /** What messages begin with. */
  readonly where: string;
  /** Another one, made of the same things. */
  another(): Promise<Optimizer>;
}

/** The optimizer that a law looks at. */
export async function subjectOf({ fresh, where }: Trial<'optimizer'>): Promise<OptimizerSubject> {
  return { optimizer: await fresh(), where, another: fresh };
}

/** A weight on its way, as plain numbers. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** By name; all zeros at first. */
  readonly slots: Readonly<Record<string, readonly number[]>>;
}

/** A weight that no update has seen. */
export function fresh(
  { slots }: Optimizer,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Weight {
  const zeros = values.map(() => 0);
  return { shape, values, slots: Object.fromEntries(slots.map((name) => [name, zeros])) };
}

interface Moving {
  readonly learningRate?: number;
  readonly decay?: boolean;
}

export const RATE = 0.01;

/** One update, as a run does it; what the optimizer throws gets its place. */
export function moved(
  { optimizer, where }: Pick<OptimizerSubject, 'optimizer' | 'where'>,
  weight: Weight,
  gradient: readonly number[],
  step: number,
  { learningRate = RATE, decay = false }: Moving = {},
): Weight {
  const label = `a weight [${weight.shape.join(', ')}], step ${step}`;
  let after: Weight | undefined;
  tf.tidy(() => {
    const tensor = (values: readonly number[]) => tf.tensor([...values], [...weight.shape]);
    let updated: Updated;
    try {
      const numbers = optimizer.numbers?.(step) ?? {};
      updated = optimizer.update({
        weight: tensor(weight.values),
        gradient: tensor(gradient),
        slots: Object.fromEntries(
          Object.entries(weight.slots).map(([name, values]) => [name, tensor(values)]),
        ),
        learningRate: tf.scalar(learningRate),
        numbers: Object.fromEntries(
          Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]),
        ),
        decay,
      });
      after = {
        shape: weight.shape,
        values: [...updated.weight.dataSync()],
        slots: Object.fromEntries(
          optimizer.slots.map((name) => [name, [...updated.slots[name]!.dataSync()]]),
        ),
      };
    } catch (error) {
      throw optimizerThrows({ where, label }, error);
    }
  });
  return after!;
}

/** Several updates, one for each gradient. */
export function movedBy(
  subject: Pick<OptimizerSubject, 'optimizer' | 'where'>,
  weight: Weight,
  gradients: readonly (readonly number[])[],
  first = 1,
  moving: Moving = {},
): Weight {
  return gradients.reduce<Weight>(
    (now, gradient, index) => moved(subject, now, gradient, first + index, moving),
    weight,
  );
}

/** Gradients of some steps, neither all of one sign nor all of one size. */
export function gradients(length: number, steps: number): number[][] {
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length }, (_, at) => Math.sin(1 + 3 * step + 5 * at) * (1 + (at % 3))),
  );
}
