import * as imported from '@tensorflow/tfjs';
import { expect, expectTypeOf, test } from 'vitest';
import { tf } from '../src/index.ts';

test('it is the one that an import gives: its classes, its engine, its tensors', () => {
  expect(tf.Tensor).toBe(imported.Tensor);
  expect(tf.engine()).toBe(imported.engine());
  expect(tf.tensor1d([1, 2])).toBeInstanceOf(imported.Tensor);
  expect(Object.keys(tf).toSorted()).toEqual(
    Object.keys(imported)
      .filter((name) => name !== 'default' && name !== 'module.exports')
      .toSorted(),
  );
});

test('its types are those of the import', () => {
  expectTypeOf<tf.Tensor>().toEqualTypeOf<imported.Tensor>();
  expectTypeOf<tf.Tensor4D>().toEqualTypeOf<imported.Tensor4D>();
  expectTypeOf<tf.Scalar>().toEqualTypeOf<imported.Scalar>();
});
