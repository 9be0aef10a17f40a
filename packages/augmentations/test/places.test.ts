import { createRandom } from '@raremask/core/host';
import { describe, expect, it } from 'vitest';
import elastic from '../src/elastic.ts';
import flipRotate from '../src/flipRotate.ts';
import turn from '../src/turn.ts';
import { made } from './made.ts';

/** How often each orientation comes in so many draws. */
async function tally(
  size: readonly number[],
  rule: { readonly flip: boolean; readonly rotate: boolean },
  draws = 4000,
): Promise<Map<string, number>> {
  const random = createRandom(11);
  const { places } = await made(flipRotate, rule);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { transpose, flips } = places!(size, random.fork(`${draw}`))!;
    const key = `${transpose ? 'T' : '-'}${flips!.map((flip) => (flip ? 'F' : '-')).join('')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe('orientations', () => {
  it.each([
    ['nothing', { flip: false, rotate: false }, [4, 4], ['---']],
    ['flips', { flip: true, rotate: false }, [4, 4], ['---', '--F', '-F-', '-FF']],
    // By 90 degrees, 180, 270 (see the tests of windows).
    ['turns of a square', { flip: false, rotate: true }, [4, 4], ['---', '-FF', 'T-F', 'TF-']],
    ['turns of a rectangle', { flip: false, rotate: true }, [4, 6], ['---', '-FF']],
    ['both of a rectangle', { flip: true, rotate: true }, [4, 6], ['---', '--F', '-F-', '-FF']],
    [
      'both of a square',
      { flip: true, rotate: true },
      [4, 4],
      ['---', '--F', '-F-', '-FF', 'T--', 'T-F', 'TF-', 'TFF'],
    ],
    [
      'turns of a volume with square slices',
      { flip: false, rotate: true },
      [3, 4, 4],
      ['----', '--FF', 'T--F', 'T-F-'],
    ],
    [
      'flips of a volume',
      { flip: true, rotate: false },
      [3, 4, 5],
      ['----', '---F', '--F-', '--FF', '-F--', '-F-F', '-FF-', '-FFF'],
    ],
  ])('of %s come equally often', async (_, rule, size, expected) => {
    const counts = await tally(size, rule);
    expect([...counts.keys()].toSorted()).toEqual(expected.toSorted());
    const share = 4000 / expected.length;
    // Five standard deviations of a binomial count.
    const margin = 5 * Math.sqrt(share);
    for (const count of counts.values()) expect(Math.abs(count - share)).toBeLessThan(margin);
  });
});

describe('an elastic displacement', () => {
  it('has about the deviation that a B-spline leaves of its points, and differs little between neighbours', async () => {
    const { places } = await made(elastic, { probability: 1, strength: 3, spacing: 8 });
    const field = places!([256, 256], createRandom(3))!.displacement!;
    const square = field.y.reduce((sum, value) => sum + value * value, 0) / field.y.length;
    // The weights' squares add up to 151/315 on average along each axis: variance 9 x 0.4794 squared.
    expect(Math.sqrt(square)).toBeGreaterThan(3 * 0.4794 * 0.85);
    expect(Math.sqrt(square)).toBeLessThan(3 * 0.4794 * 1.15);
    let steepest = 0;
    for (let at = 1; at < 256; at++) {
      steepest = Math.max(steepest, Math.abs(field.x[at]! - field.x[at - 1]!));
    }
    expect(steepest).toBeLessThan(3);
  });
});

it('nothing moves at probability 0, and one in half of the windows at 0.5', async () => {
  const often = async (probability: number) => {
    const { places } = await made(turn, { probability, degrees: 10 });
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed);
    return seeds.filter((seed) => places!([5, 5], createRandom(seed)) !== undefined).length;
  };
  expect(await often(0)).toBe(0);
  // Five standard deviations of a binomial count: 5 x sqrt(1000 x 0.25) = 79.
  expect(Math.abs((await often(0.5)) - 500)).toBeLessThan(79);
});

it('a turn keeps lengths, and its angle stays below the largest one', async () => {
  const { places } = await made(turn, { probability: 1, degrees: 10 });
  for (let seed = 0; seed < 200; seed++) {
    const [a, b, c, d] = places!([5, 5], createRandom(seed))!.affine!;
    expect(a * d - b * c).toBeCloseTo(1, 10);
    expect(Math.abs(Math.atan2(b, a))).toBeLessThanOrEqual((10 * Math.PI) / 180 + 1e-12);
  }
});
