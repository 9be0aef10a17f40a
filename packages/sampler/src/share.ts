import { z } from 'zod';

/**
 * A share, or one that changes over the epochs.
 *
 * @param least smallest and
 * @param most largest value that it may have
 */
export function shareOption(least = 0, most = 1) {
  const bounded = () => z.number().min(least).max(most);
  const annealed = z
    .strictObject({
      from: bounded().describe('Share in the first epoch'),
      to: bounded().describe('Share from then on when `epochs` epochs have passed'),
      epochs: z.int().min(1).describe('Epochs until the second share is reached'),
      schedule: z
        .enum(['linear', 'cosine'])
        .default('linear')
        .describe('Way from the one to the other: even steps, or slow at both ends'),
    })
    .check(({ value: { from, to }, issues, value }) => {
      if (from !== to) return;
      const message = `does not change from ${from} to ${to}; write one number`;
      // `continue`: else the union speaks of all its branches.
      issues.push({ code: 'custom', path: [], message, input: value, continue: true });
    });
  return z.union([bounded(), annealed]);
}

/** A fixed share, or one that changes over the epochs. */
export type Share = z.output<ReturnType<typeof shareOption>>;

/** The share at a position, in epochs counted from 0. */
export function shareAt(share: Share, position: number): number {
  if (typeof share === 'number') return share;
  const passed = Math.min(position / share.epochs, 1);
  const done = share.schedule === 'cosine' ? (1 - Math.cos(Math.PI * passed)) / 2 : passed;
  return share.from + done * (share.to - share.from);
}

/** The shares that all others lie between. */
export function endShares(share: Share): readonly number[] {
  return typeof share === 'number' ? [share] : [share.from, share.to];
}

/** The largest that a share becomes. */
export function mostOf(share: Share): number {
  return Math.max(...endShares(share));
}
