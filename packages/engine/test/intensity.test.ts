import { createRandom } from '@raremask/core/host';
import { describe, expect, it } from 'vitest';
import { changeIntensities } from '../src/augment/intensity.ts';
import type { Pixels } from '../src/augment/pixels.ts';
import type { AugmentRule } from '../src/augment/rule.ts';

const side = 32;

/** Two channels; the last row lies beside the image. */
function pixels(valueAt: (at: number) => number): Pixels {
  const values = Float32Array.from({ length: side * side * 2 }, (_, at) => valueAt(at));
  const inside = new Uint8Array(side * side).fill(1);
  inside.fill(0, side * (side - 1));
  values.fill(0, side * (side - 1) * 2);
  return { values, channels: 2, size: [side, side], inside };
}

function changed(rule: Omit<AugmentRule, 'flip' | 'rotate'>, valueAt = (at: number) => at % 7) {
  const before = pixels(valueAt);
  const after = pixels(valueAt);
  changeIntensities(after, createRandom(5), { flip: false, rotate: false, ...rule });
  return { before: before.values, after: after.values };
}

const all = (probability: number) => ({
  brightness: { probability, strength: 1 },
  contrast: { probability, from: 0.5, to: 2 },
  gamma: { probability, from: 0.5, to: 2 },
  noise: { probability, strength: 1 },
  blur: { probability, sigma: 2 },
});

describe('changes of intensity', () => {
  it('do nothing at probability 0', () => {
    const { before, after } = changed(all(0));
    expect(after).toEqual(before);
  });

  it.each(Object.keys(all(1)) as (keyof ReturnType<typeof all>)[])(
    'by %s change the image, leave 0 beside it, and are the same for the same stream',
    (name) => {
      const rule = { [name]: all(1)[name] };
      const { before, after } = changed(rule);
      expect(after).not.toEqual(before);
      expect(after.subarray(side * (side - 1) * 2).every((value) => value === 0)).toBe(true);
      expect(changed(rule).after).toEqual(after);
      expect(after.every(Number.isFinite)).toBe(true);
    },
  );

  it('add one number: brightness', () => {
    const { before, after } = changed({ brightness: { probability: 1, strength: 1 } });
    const shift = after[0]! - before[0]!;
    expect(Math.abs(shift)).toBeLessThanOrEqual(1);
    for (let at = 0; at < 200; at++) expect(after[at]! - before[at]!).toBeCloseTo(shift, 5);
  });

  it('keep the mean: contrast', () => {
    const { before, after } = changed({ contrast: { probability: 1, from: 0.5, to: 2 } });
    const mean = (values: Float32Array) => {
      let sum = 0;
      for (let at = 0; at < side * (side - 1) * 2; at += 2) sum += values[at]!;
      return sum / (side * (side - 1));
    };
    expect(mean(after)).toBeCloseTo(mean(before), 4);
  });

  it('keep the smallest, the largest and the order: gamma', () => {
    const { before, after } = changed({ gamma: { probability: 1, from: 0.5, to: 0.6 } });
    expect(after[0]).toBe(0);
    expect(after[6]).toBeCloseTo(6, 5);
    // An exponent below 1 raises what lies between.
    for (let at = 1; at < 6; at++) expect(after[at]!).toBeGreaterThan(before[at]!);
  });

  it('keep a constant and the sum of an impulse: blur', () => {
    const constant = pixels(() => 3);
    constant.inside.fill(1);
    constant.values.fill(3);
    const impulse = pixels(() => 0);
    impulse.inside.fill(1);
    impulse.values[(16 * side + 16) * 2] = 1;
    const rule = { flip: false, rotate: false, blur: { probability: 1, sigma: 2 } };
    for (const one of [constant, impulse]) changeIntensities(one, createRandom(5), rule);
    for (const value of constant.values) expect(value).toBeCloseTo(3, 5);
    expect(impulse.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(impulse.values[(16 * side + 16) * 2]).toBeLessThan(1);
    // The other channel has seen nothing of it.
    for (let at = 1; at < impulse.values.length; at += 2) expect(impulse.values[at]).toBe(0);
  });

  it('have mean 0 and at most the deviation asked for: noise', () => {
    const { before, after } = changed({ noise: { probability: 1, strength: 2 } });
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
