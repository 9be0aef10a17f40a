import { tf } from '@raremask/tfjs';
import { type Law, law } from '../../trial/law.ts';
import { optimizerNumbers, optimizerShape, optimizerThrows } from '../faults.ts';
import { type OptimizerSubject, RATE } from '../subject.ts';

const SHAPES: readonly (readonly number[])[] = [[], [3], [2, 3], [1, 2, 2, 3], [1, 1, 2, 2, 3]];
const STEPS = [1, 2, 3, 10, 1000, 100_000];

/** What an optimizer declares, and the form of what it gives. */
export function formLaws(): readonly Law<OptimizerSubject>[] {
  return [
    law('declares its slots by different names', ({ optimizer, where }) => {
      const { slots } = optimizer as { readonly slots: unknown };
      const names = Array.isArray(slots) ? slots : [undefined];
      const usable = names.every((name) => typeof name === 'string' && name !== '');
      if (usable && new Set(names).size === names.length) return;
      throw optimizerShape({ where, label: 'slots' }, 'the list of slots', {
        expected: 'different names, or an empty list',
        got: JSON.stringify(slots) ?? 'nothing',
      });
    }),
    law('gives weight and slots back in the shape of the weight', ({ optimizer, where }) => {
      for (const shape of SHAPES) {
        const place = { where, label: `a weight [${shape.join(', ')}]` };
        tf.tidy(() => {
          const ones = () => tf.ones([...shape]);
          let updated: ReturnType<typeof optimizer.update>;
          try {
            const numbers = Object.entries(optimizer.numbers?.(1) ?? {});
            updated = optimizer.update({
              weight: ones(),
              gradient: ones(),
              slots: Object.fromEntries(
                optimizer.slots.map((name) => [name, tf.zeros([...shape])]),
              ),
              learningRate: tf.scalar(RATE),
              numbers: Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)])),
              decay: true,
            });
          } catch (error) {
            throw optimizerThrows(place, error);
          }
          const { weight, slots } = updated ?? {};
          const names = Object.keys(slots ?? {})
            .sort()
            .join(', ');
          const declared = [...optimizer.slots].sort().join(', ');
          if (names !== declared) {
            const differing = { expected: declared || 'none', got: names || 'none' };
            throw optimizerShape(place, 'the set of slots', differing);
          }
          for (const [what, tensor] of [['weight', weight] as const, ...Object.entries(slots)]) {
            const expected = `a tensor, float32 [${shape.join(', ')}]`;
            const got =
              tensor instanceof tf.Tensor
                ? `a tensor, ${tensor.dtype} [${tensor.shape.join(', ')}]`
                : typeof tensor === 'object'
                  ? 'an object'
                  : `a ${typeof tensor}`;
            if (got !== expected) throw optimizerShape(place, what, { expected, got });
          }
        });
      }
    }),
    law(
      'gives the same finite numbers for the same step',
      async ({ optimizer, where, another }) => {
        if (optimizer.numbers === undefined) return;
        const other = await another();
        const seen = new Map(STEPS.map((step) => [step, { ...optimizer.numbers!(step) }]));
        const names = (of: object) => Object.keys(of).join(', ');
        for (const step of [...STEPS].reverse()) {
          const numbers = seen.get(step)!;
          for (const [name, value] of Object.entries(numbers)) {
            if (Number.isFinite(value)) continue;
            const got = `${name} = ${String(value)} at step ${step}`;
            throw optimizerNumbers(where, { expected: 'finite numbers', got });
          }
          const [first] = seen.values();
          const [expected, got] = [names(first!), `${names(numbers)} at step ${step}`];
          if (!got.startsWith(`${expected} at`)) throw optimizerNumbers(where, { expected, got });
          for (const again of [optimizer.numbers(step), other.numbers!(step)]) {
            const [one, two] = [JSON.stringify(numbers), JSON.stringify(again)];
            if (one !== two) throw optimizerNumbers(where, { expected: one, got: two });
          }
        }
      },
    ),
  ];
}
