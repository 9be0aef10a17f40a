import type { RandomStream } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { describe, expect, it } from 'vitest';
import { drawOrientation } from '../src/augment/orientation.ts';
import type { AugmentRule } from '../src/augment/rule.ts';

/** How often each orientation comes in so many draws. */
function tally(size: readonly number[], rule: AugmentRule, draws = 4000): Map<string, number> {
  const random: RandomStream = createRandom(11);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { transpose, flips } = drawOrientation(random.fork(`${draw}`), size, rule);
    const key = `${transpose ? 'T' : '-'}${flips.map((flip) => (flip ? 'F' : '-')).join('')}`;
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
  ])('of %s come equally often', (_, rule, size, expected) => {
    const counts = tally(size, rule);
    expect([...counts.keys()].toSorted()).toEqual(expected.toSorted());
    const share = 4000 / expected.length;
    // Five standard deviations of a binomial count.
    const margin = 5 * Math.sqrt(share);
    for (const count of counts.values()) expect(Math.abs(count - share)).toBeLessThan(margin);
  });
});
