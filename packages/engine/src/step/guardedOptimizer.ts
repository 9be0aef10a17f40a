import type { Optimizer, UpdateCall, Updated } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { calling } from '../guard/calling.ts';
import { describe } from '../guard/describe.ts';
import { watched } from '../guard/leaks.ts';
import { optimizerFailed, optimizerResult } from './errors.ts';

/**
 * An optimizer of which nothing wrong gets through: its names, numbers and new tensors are checked, and what is
 * wrong is thrown with its place in the manifest.
 *
 * @param place what messages begin with, for example `train.optimizer (signs)`
 * @param url of the plugin's module: what it throws gets its line
 */
export function guardedOptimizer(optimizer: Optimizer, place: string, url?: string): Optimizer {
  const slots = checkedSlots(optimizer.slots, place);
  const called = calling((what, cause) => optimizerFailed(place, what, cause, url), { place, url });
  let names: string | undefined;
  return {
    slots,
    ...(optimizer.wholeWeights !== undefined && { wholeWeights: optimizer.wholeWeights }),
    ...(optimizer.numbers !== undefined && {
      numbers(step: number) {
        const numbers = called(`numbers(${step})`, () => optimizer.numbers!(step));
        const found = checkedNumbers(numbers, place, step);
        names ??= found;
        if (found !== names) {
          const what = `other numbers at step ${step} than before`;
          throw optimizerResult(place, what, names || 'none', found || 'none');
        }
        return numbers;
      },
    }),
    update(call) {
      const updated: unknown = called('update', () =>
        watched(place, url, () => optimizer.update(call)),
      );
      checkUpdated(updated, call, slots, place);
      return { weight: updated.weight, slots: updated.slots };
    },
  };
}

function checkedSlots(slots: unknown, place: string): readonly string[] {
  const isList =
    Array.isArray(slots) && slots.every((name) => typeof name === 'string' && name !== '');
  if (!isList || new Set(slots).size !== slots.length) {
    const expected = 'a list of different names, empty where it remembers nothing';
    throw optimizerResult(place, 'unusable slots', expected, JSON.stringify(slots) ?? 'nothing');
  }
  return [...slots];
}

function checkedNumbers(numbers: unknown, place: string, step: number): string {
  if (typeof numbers !== 'object' || numbers === null || numbers instanceof Promise) {
    throw optimizerResult(place, `no numbers at step ${step}`, 'an object', describe(numbers));
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'number' && Number.isFinite(value)) continue;
    const what = `an unusable number ${name} at step ${step}`;
    throw optimizerResult(place, what, 'a finite number', describe(value));
  }
  // In the order in which they enter a compiled step.
  return Object.keys(numbers).join(', ');
}

function checkUpdated(
  updated: unknown,
  { weight, slots: given }: UpdateCall,
  slots: readonly string[],
  place: string,
): asserts updated is Updated {
  const expected = 'an object with weight and slots';
  if (typeof updated !== 'object' || updated === null || updated instanceof Promise) {
    throw optimizerResult(place, 'no update', expected, describe(updated));
  }
  const { weight: moved, slots: kept } = updated as Partial<Updated>;
  checkTensor(moved, weight, 'a weight of another kind', place);
  if (typeof kept !== 'object' || kept === null) {
    throw optimizerResult(place, 'no slots', expected, describe(kept));
  }
  const names = Object.keys(kept);
  if (names.length !== slots.length || slots.some((name) => !names.includes(name))) {
    const list = (all: readonly string[]) => all.join(', ') || 'none';
    throw optimizerResult(place, 'other slots than it declares', list(slots), list(names));
  }
  for (const name of slots) {
    checkTensor(kept[name], given[name]!, `a slot ${name} of another kind`, place);
  }
}

function checkTensor(tensor: unknown, like: tf.Tensor, what: string, place: string): void {
  const text = ({ dtype, shape }: tf.Tensor) => `${dtype} [${shape.join(', ')}]`;
  if (!(tensor instanceof tf.Tensor)) {
    throw optimizerResult(place, what, `a tensor, ${text(like)}`, describe(tensor));
  }
  if (text(tensor) !== text(like)) throw optimizerResult(place, what, text(like), text(tensor));
}
