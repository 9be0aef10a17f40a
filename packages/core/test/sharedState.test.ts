import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { leavingShared } from '../src/host/sharedState.ts';
import { completeGradients } from '../src/loss/index.ts';

const REFUSED = (changed: readonly string[]) => new Error(changed.join('; '));
const BUILT_IN = Array.prototype as unknown as Record<string, unknown>;

tf.setBackend('cpu');

test.each<[what: string, change: () => unknown, says: string]>([
  ['replaces a function', () => Object.assign(Math, { max: () => 1 }), 'Math.max'],
  [
    'adds what every loop meets',
    () => Object.assign(BUILT_IN, { last: 1 }),
    'Array.prototype.last',
  ],
  ['takes a function away', () => Reflect.deleteProperty(BUILT_IN, 'at'), 'Array.prototype.at'],
  [
    'replaces a gradient of tfjs',
    () => tf.registerGradient({ kernelName: 'Relu', gradFunc: () => ({}) }),
    'the gradient Relu of tfjs',
  ],
  ['turns debugging on', () => tf.env().set('DEBUG', true), 'the flag DEBUG of tfjs'],
])('what %s is named and put back', async (_, change, says) => {
  const before = [Math.max, BUILT_IN['at'], tf.getGradient('Relu')];
  await expect(leavingShared(() => void change(), REFUSED)).rejects.toThrow(new Error(says));
  expect([Math.max, BUILT_IN['at'], tf.getGradient('Relu')]).toEqual(before);
  expect('last' in Array.prototype).toBe(false);
  expect(tf.env().getBool('DEBUG')).toBe(false);
});

test('what adds, hides what it adds, or completes gradients changes nothing that was there', async () => {
  const work = () => {
    tf.registerGradient({ kernelName: 'OfMyOwn', gradFunc: () => ({}) });
    Object.defineProperty(Array.prototype, 'polyfilled', { value: 1, configurable: true });
    completeGradients();
    return 3;
  };
  try {
    expect(await leavingShared(work, REFUSED)).toBe(3);
  } finally {
    Reflect.deleteProperty(Array.prototype, 'polyfilled');
    tf.unregisterGradient('OfMyOwn');
  }
});

test('what fails is told with its own words', async () => {
  const work = () => {
    Object.assign(Math, { min: () => 0 });
    throw new Error('no table');
  };
  await expect(leavingShared(work, REFUSED)).rejects.toThrow('no table');
  expect(Math.min(1, 2)).toBe(1);
});
