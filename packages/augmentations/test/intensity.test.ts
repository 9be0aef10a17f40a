import type { AugmentationPlugin, AugmentedWindow } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { describe, expect, it } from 'vitest';
import blur from '../src/blur.ts';
import brightness from '../src/brightness.ts';
import contrast from '../src/contrast.ts';
import gamma from '../src/gamma.ts';
import noise from '../src/noise.ts';
import { made } from './made.ts';

const side = 32;

/** Two channels; the last row lies beside the image. */
function windowOf(valueAt: (at: number) => number): AugmentedWindow {
  const image = Float32Array.from({ length: side * side * 2 }, (_, at) => valueAt(at));
  const inside = new Uint8Array(side * side).fill(1);
  inside.fill(0, side * (side - 1));
  image.fill(0, side * (side - 1) * 2);
  return {
    size: [side, side],
    drawn: [side, side],
    channels: 2,
    image,
    labels: new Uint8Array(side * side),
    weight: new Float32Array(side * side).fill(1),
    inside,
    empty: true,
  };
}

async function changed(plugin: AugmentationPlugin, rule: object, valueAt = (at: number) => at % 7) {
  const before = windowOf(valueAt);
  const after = windowOf(valueAt);
  const { window } = await made(plugin, rule);
  await window!(after, createRandom(5));
  expect(after.labels).toEqual(before.labels);
  expect(after.weight).toEqual(before.weight);
  return { before: before.image, after: after.image };
}

const all = (probability: number): [string, AugmentationPlugin, object][] => [
  ['brightness', brightness, { probability, strength: 1 }],
  ['contrast', contrast, { probability, from: 0.5, to: 2 }],
  ['gamma', gamma, { probability, from: 0.5, to: 2 }],
  ['noise', noise, { probability, strength: 1 }],
  ['blur', blur, { probability, sigma: 2 }],
];

describe('changes of intensity', () => {
  it.each(all(0))('by %s do nothing at probability 0', async (_, plugin, rule) => {
    const { before, after } = await changed(plugin, rule);
    expect(after).toEqual(before);
  });

  it.each(all(1))('by %s are the same for the same stream', async (_, plugin, rule) => {
    const { before, after } = await changed(plugin, rule);
    expect(after).not.toEqual(before);
    expect((await changed(plugin, rule)).after).toEqual(after);
    expect(after.every(Number.isFinite)).toBe(true);
  });

  it('add one number: brightness', async () => {
    const { before, after } = await changed(brightness, { probability: 1, strength: 1 });
    const shift = after[0]! - before[0]!;
    expect(Math.abs(shift)).toBeLessThanOrEqual(1);
    for (let at = 0; at < 200; at++) expect(after[at]! - before[at]!).toBeCloseTo(shift, 5);
  });

  it('keep the mean: contrast', async () => {
    const { before, after } = await changed(contrast, { probability: 1, from: 0.5, to: 2 });
    const mean = (values: Float32Array) => {
      let sum = 0;
      for (let at = 0; at < side * (side - 1) * 2; at += 2) sum += values[at]!;
      return sum / (side * (side - 1));
    };
    expect(mean(after)).toBeCloseTo(mean(before), 4);
  });

  it('keep the smallest, the largest and the order: gamma', async () => {
    const { before, after } = await changed(gamma, { probability: 1, from: 0.5, to: 1 });
    expect(after[0]).toBe(0);
    expect(after[6]).toBeCloseTo(6, 5);
    // An exponent below 1 raises what lies between.
    for (let at = 1; at < 6; at++) expect(after[at]!).toBeGreaterThan(before[at]!);
  });

  it('keep a constant and the sum of an impulse: blur', async () => {
    const constant = windowOf(() => 3);
    constant.inside.fill(1);
    constant.image.fill(3);
    const impulse = windowOf(() => 0);
    impulse.inside.fill(1);
    impulse.image[(16 * side + 16) * 2] = 1;
    const { window } = await made(blur, { probability: 1, sigma: 2 });
    for (const one of [constant, impulse]) await window!(one, createRandom(5));
    for (const value of constant.image) expect(value).toBeCloseTo(3, 5);
    expect(impulse.image.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(impulse.image[(16 * side + 16) * 2]).toBeLessThan(1);
    // The other channel has seen nothing of it.
    for (let at = 1; at < impulse.image.length; at += 2) expect(impulse.image[at]).toBe(0);
  });

  it('have mean 0 and at most the deviation asked for: noise', async () => {
    const { before, after } = await changed(noise, { probability: 1, strength: 2 });
    const count = side * (side - 1) * 2;
    let sum = 0;
    let squares = 0;
    let fourth = 0;
    for (let at = 0; at < count; at++) {
      const own = after[at]! - before[at]!;
      sum += own;
      squares += own ** 2;
      fourth += own ** 4;
    }
    const variance = squares / count;
    expect(Math.abs(sum / count)).toBeLessThan(5 * Math.sqrt(variance / count));
    expect(Math.sqrt(variance)).toBeLessThanOrEqual(2.2);
    // A normal distribution has a kurtosis of 3; that of so many numbers deviates by sqrt(24 / count).
    expect(Math.abs(fourth / count / variance ** 2 - 3)).toBeLessThan(5 * Math.sqrt(24 / count));
  });
});
