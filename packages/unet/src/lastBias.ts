import { type Census, type Facts, firstForeground } from '@raremask/core';
import type { UnetOptions } from './options.ts';

/** Shares are held within these, so that a class that never occurs can still be learnt. */
const SMALLEST_SHARE = 1e-4;

/**
 * First bias of the last convolution, one number a class.
 *
 * From the foreground share: with logits equal to the bias, the softmax (exclusive classes) or the
 * sigmoid (overlapping classes) of every pixel is its class's share of the training pixels, as for
 * the prior of Lin et al. 2017.
 */
export async function lastBias(
  choice: UnetOptions['lastBias'],
  facts: Facts,
  census: () => Promise<Census>,
): Promise<readonly number[]> {
  if (choice === 'zero') return facts.classes.map(() => 0);
  if (typeof choice === 'number') {
    const first = firstForeground(facts);
    return facts.classes.map((_, index) => (index < first ? 0 : choice));
  }
  const { classes } = await census();
  const shares = classes.map(({ share }) => held(share));
  if (facts.overlapping) return shares.map((share) => Math.log(share / (1 - share)));
  const logarithms = shares.map(Math.log);
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length;
  return logarithms.map((logarithm) => logarithm - mean);
}

function held(share: number): number {
  return Math.min(Math.max(share, SMALLEST_SHARE), 1 - SMALLEST_SHARE);
}
