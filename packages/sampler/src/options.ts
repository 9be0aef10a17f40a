import { z } from 'zod';

/** Options of the sampler, as a manifest's `sampler.with` holds them. */
export const options = z
  .strictObject({
    foreground: z
      .union([z.literal('natural'), z.number().min(0).max(1)])
      .default('natural')
      .describe(
        "Share of a batch's images that have foreground: as in the data, every image once an epoch, or this share",
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
    if (emptyImages < 1 && foreground !== 'natural') {
      complain(
        'emptyImages',
        `has no effect with \`foreground: ${foreground}\`, which says how many there are; leave one of them out`,
        emptyImages,
      );
    }
  });

export type SamplerOptions = z.output<typeof options>;
