import { type Affine, IGNORE, type Sample } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { describe, expect, it } from 'vitest';
import { movePlaces } from '../src/augment/movePlaces.ts';
import { unturned } from '../src/augment/orientation.ts';
import { Streams, stagesOf } from '../src/augment/stages.ts';
import { warpWindow } from '../src/augment/warp.ts';
import { cutOf, eachPixel } from '../src/reading/window.ts';
import { madeOfRule } from './shortForm.ts';
import { spotFacts } from './spotPlugin.ts';

const SAME: Affine = [1, 0, 0, 1];
const size = [5, 5];
const whole = { origin: [0, 0], size };

/** Every pixel has its own intensity, and its label is the intensity modulo 3. */
const sample: Sample = {
  id: 'a',
  size,
  image: Uint8Array.from({ length: 25 }, (_, at) => at * 3),
  labels: Uint8Array.from({ length: 25 }, (_, at) => at % 3),
  weight: Float32Array.from({ length: 25 }, (_, at) => at + 1),
};

function warped(affine: Affine, window = whole, orientation = unturned(2)) {
  return warpWindow({ sample, window, orientation, warp: { affine }, channels: 1, depth: 1 });
}

describe('a warp', () => {
  it('that moves nothing gives the window back', () => {
    const { sample: result, inside } = warped(SAME);
    expect([...result.image]).toEqual([...sample.image]);
    expect(result.labels).toEqual(sample.labels);
    expect(result.weight).toEqual(sample.weight);
    expect(inside.every((one) => one === 1)).toBe(true);
  });

  it('by 90 degrees is the turn by a right angle', () => {
    // A quarter exchanges the axes and reverses one of them.
    const turned = { transpose: true, flips: [true, false] };
    const expected = { image: new Float32Array(25), labels: new Uint8Array(25) };
    eachPixel(cutOf(size, whole, turned), size, (to, from) => {
      expected.image[to] = sample.image[from]!;
      expected.labels[to] = sample.labels![from]!;
    });
    const { sample: result } = warped([0, -1, 1, 0]);
    const { sample: other } = warped([0, 1, -1, 0]);
    const found = [result, other].find(
      ({ image }) => Math.abs(image[0]! - expected.image[0]!) < 1e-4,
    )!;
    for (const [at, value] of expected.image.entries())
      expect(found.image[at]).toBeCloseTo(value, 4);
    expect(found.labels).toEqual(expected.labels);
  });

  it('agrees with the cut for every orientation and every window', () => {
    const window = { origin: [-1, 2], size: [4, 4] };
    for (const transpose of [false, true]) {
      for (const flips of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ]) {
        const orientation = { transpose, flips };
        const labels = new Uint8Array(16).fill(IGNORE);
        eachPixel(cutOf(size, window, orientation), window.size, (to, from) => {
          labels[to] = sample.labels![from]!;
        });
        expect(warped(SAME, window, orientation).sample.labels).toEqual(labels);
      }
    }
  });

  it('twice as large shows every inner pixel on twice as many, with nothing new among the labels', () => {
    const { sample: result } = warped([0.5, 0, 0, 0.5]);
    // Column 0 lies 2 before the middle, so it comes from 1 before it: column 1. Column 1 from 1.5.
    expect(result.image[2 * 5 + 0]).toBe(sample.image[2 * 5 + 1]);
    expect(result.image[2 * 5 + 1]).toBe((sample.image[2 * 5 + 1]! + sample.image[2 * 5 + 2]!) / 2);
    expect(new Set(result.labels)).toEqual(new Set([0, 1, 2]));
  });

  it('marks what the image has nothing for', () => {
    const { sample: result, inside } = warped([3, 0, 0, 3]);
    // 3 times as small: of 5 pixels the one in the middle has a source in the image.
    expect([...inside].map((one, at) => (one ? at : -1)).filter((at) => at >= 0)).toEqual([12]);
    expect(result.labels![0]).toBe(IGNORE);
    expect(result.weight![0]).toBe(0);
  });

  it('moves the image and its labels alike', async () => {
    const square: Sample = {
      id: 'b',
      size: [32, 32],
      image: new Uint8Array(1024),
      labels: new Uint8Array(1024),
    };
    for (let y = 8; y < 20; y++) {
      for (let x = 12; x < 26; x++) {
        square.labels![y * 32 + x] = 1;
        (square.image as Uint8Array)[y * 32 + x] = 200;
      }
    }
    const rule = {
      flip: false,
      rotate: false,
      turn: { probability: 1, degrees: 180 },
      scale: { probability: 1, from: 0.8, to: 1.25 },
      elastic: { probability: 1, strength: 2, spacing: 8 },
    };
    const [stage] = stagesOf(await madeOfRule(rule, spotFacts));
    const moving = { id: 'b', size: [32, 32], facts: spotFacts };
    for (let seed = 0; seed < 10; seed++) {
      const warp = movePlaces(stage, moving, new Streams(createRandom(seed))).warp!;
      const window = { origin: [0, 0], size: [32, 32] };
      const { sample: result, inside } = warpWindow({
        sample: square,
        window,
        orientation: unturned(2),
        warp,
        channels: 1,
        depth: 1,
      });
      for (let at = 0; at < 1024; at++) {
        if (inside[at] === 0) continue;
        // A pixel's label is that of the nearest source, whose share of the mean is at least a quarter.
        if (result.labels![at] === 1) expect(result.image[at]).toBeGreaterThanOrEqual(49.9);
        else expect(result.image[at]).toBeLessThanOrEqual(150.1);
      }
    }
  });
});
