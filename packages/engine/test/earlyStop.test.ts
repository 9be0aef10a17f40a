import { expect, test } from 'vitest';
import { type Improved, improved, isStopped } from '../src/training/earlyStop.ts';

/** Epochs after which a training of these scores ends. */
function lasts(
  scores: readonly number[],
  settings: { patience: number; by: number },
  better: 'higher' | 'lower' = 'higher',
): number {
  let last: Improved | undefined;
  for (const [epoch, score] of scores.entries()) {
    last = improved(settings, better, last, { epoch, score });
    if (isStopped(settings, last, epoch + 1)) return epoch + 1;
  }
  return Number.POSITIVE_INFINITY;
}

test('a training ends when its patience does, and equal scores are no better', () => {
  expect(lasts([0.1, 0.2, 0.2, 0.2, 0.3], { patience: 2, by: 0 })).toBe(4);
  expect(lasts([0.1, 0.2, 0.2, 0.2, 0.3], { patience: 3, by: 0 })).toBe(Number.POSITIVE_INFINITY);
  expect(lasts([0.1, 0.15, 0.19, 0.24], { patience: 2, by: 0.1 })).toBe(3);
  expect(lasts([9, 8, 8, 8], { patience: 2, by: 0 }, 'lower')).toBe(4);
});
