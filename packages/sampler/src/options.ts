import { z } from 'zod';

const share = z.number().min(0).max(1);

const annealed = z.strictObject({
  from: share.describe('Share in the first epoch'),
  to: share.describe('Share from then on when `epochs` epochs have passed; linear between the two'),
  epochs: z.int().min(1).describe('Epochs until the second share is reached'),
});

/** Options of the sampler, as a manifest's `sampler.with` holds them. */
export const options = z
  .strictObject({
    foreground: z
      .union([z.literal('natural'), share, annealed])
      .default('natural')
      .describe(
        "Share of a batch's images that have foreground: as in the data, every image once an epoch; or this share; or one that changes over the epochs",
      ),
    atLeast: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Images with foreground that every batch has, whatever the share; with windows, windows that show it',
      ),
    window: z
      .array(z.int().min(1))
      .min(2)
      .max(3)
      .optional()
      .describe(
        'Extent of the windows, [height, width] or [depth, height, width]; left out, whole images',
      ),
    centred: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'Share of the windows of images with foreground that are laid around one of its structures; the others lie anywhere',
      ),
    emptyImages: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        'Share of the images without foreground that takes part in one epoch, others in the next',
      ),
    length: z
      .union([z.literal('natural'), z.int().min(1)])
      .default('natural')
      .describe('Batches of an epoch: as many as hold every image once, or this number'),
  })
  .check((context) => {
    const { foreground, window, centred, emptyImages } = context.value;
    const complain = (path: string, message: string, input: unknown) =>
      context.issues.push({ code: 'custom', path: [path], message, input });
    if (centred > 0 && window === undefined) {
      complain('centred', 'has no effect without `window`; set `window`, or leave it out', centred);
    }
    if (centred > 0 && foreground === 0) {
      complain('centred', 'has no effect with `foreground: 0`; leave one of them out', centred);
    }
    if (typeof foreground === 'object' && foreground.from === foreground.to) {
      complain(
        'foreground',
        `does not change from ${foreground.from} to ${foreground.to}; write one number`,
        foreground,
      );
    }
    if (emptyImages < 1 && foreground !== 'natural') {
      complain(
        'emptyImages',
        'has no effect where `foreground` is a share, which says how many there are; leave one of them out',
        emptyImages,
      );
    }
  });

export type SamplerOptions = z.output<typeof options>;

/** A fixed share, or one that changes over the epochs. */
export type Share = Exclude<SamplerOptions['foreground'], 'natural'>;

/** The share in an epoch, epochs counted from 0. */
export function shareAt(share: Share, epoch: number): number {
  if (typeof share === 'number') return share;
  const passed = Math.min(epoch / share.epochs, 1);
  return share.from + passed * (share.to - share.from);
}

/** The shares that all others lie between. */
export function endShares(share: Share): readonly number[] {
  return typeof share === 'number' ? [share] : [share.from, share.to];
}
