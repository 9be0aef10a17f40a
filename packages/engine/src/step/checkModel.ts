import type { Facts, Model, Parameter } from '@raremask/core';
import { describe } from '../guard/describe.ts';
import { modelResult } from './errors.ts';

/** Refuses a model whose weights, buffers or sizes cannot be trained with, before the first step. */
export function checkModel(model: Model, place: string, { space }: Facts): void {
  checkParameters(model.weights, 'weights', place);
  checkParameters(model.buffers, 'buffers', place);
  if (model.weights.length === 0) {
    throw modelResult(place, 'no weights', 'at least one, to be trained', 'an empty list');
  }
  const { multipleOf } = model;
  const fits =
    Array.isArray(multipleOf) &&
    multipleOf.length === space &&
    multipleOf.every((one) => Number.isInteger(one) && one > 0);
  if (!fits) {
    const expected = `${space} whole numbers from 1, one for each space axis`;
    const got = JSON.stringify(multipleOf) ?? 'nothing';
    throw modelResult(place, 'an unusable multipleOf', expected, got);
  }
  if (typeof model.forward !== 'function') {
    throw modelResult(place, 'no forward', 'a function', describe(model.forward));
  }
}

function checkParameters(list: readonly Parameter[], kind: string, place: string): void {
  if (!Array.isArray(list)) throw modelResult(place, `no ${kind}`, 'a list', describe(list));
  const names = new Set<string>();
  for (const [index, parameter] of list.entries()) {
    const { name, shape, initial } = (parameter ?? {}) as Partial<Parameter>;
    const what = `unusable ${kind}[${index}]`;
    if (typeof name !== 'string' || name === '' || names.has(name)) {
      const got = JSON.stringify(name) ?? 'nothing';
      throw modelResult(place, what, 'a name that no other has', got);
    }
    names.add(name);
    if (!Array.isArray(shape) || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      const got = JSON.stringify(shape) ?? 'nothing';
      throw modelResult(place, `${what} (${name})`, 'a shape of whole numbers from 1', got);
    }
    const length = shape.reduce((product, extent) => product * extent, 1);
    const expected = `initial, a Float32Array of ${length} finite numbers`;
    if (!(initial instanceof Float32Array)) {
      throw modelResult(place, `${what} (${name})`, expected, describe(initial));
    }
    if (initial.length !== length) {
      throw modelResult(place, `${what} (${name})`, expected, `${initial.length} numbers`);
    }
    const at = initial.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      throw modelResult(place, `${what} (${name})`, expected, `${initial[at]} at index ${at}`);
    }
  }
}
