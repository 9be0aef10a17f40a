import { z } from 'zod';
import { endShares, mostOf, type Share, shareOption } from './share.ts';

/** Share of the images with foreground below which a class is drawn more often. */
export const REPEAT_THRESHOLD = 0.5;

const hardNegatives = z
  .strictObject({
    by: z
      .enum(['alarms', 'loss'])
      .default('alarms')
      .describe(
        'What makes an empty image hard: the share of its pixels predicted as foreground, or its loss, summed over the terms that give one number an image',
      ),
    share: shareOption(0, 0.9)
      .default(0.5)
      .describe(
        'Share of the draws of empty images that go to hard ones, each as often as it is hard; the others go to all of them in turn, so that none is forgotten',
      ),
    momentum: z
      .number()
      .min(0)
      .max(0.99)
      .default(0.5)
      .describe(
        'Weight of what was known of an image in its moving average when an epoch has shown it again',
      ),
  })
  .describe(
    'Draws those empty images more often on which the epochs before had more alarms, or more loss',
  );

/** Options of the sampler, as a manifest's `sampler.with` holds them. */
export const options = z
  .strictObject({
    foreground: z
      .union([z.literal('natural'), ...shareOption().options])
      .default('natural')
      .describe(
        "Share of a batch's images that have foreground: as in the data, every image once an epoch; or this share; or one that changes over the epochs",
      ),
    atLeast: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Different images with foreground that every batch has, whatever the share; with windows, windows that show it',
      ),
    classBalance: z
      .enum(['repeat-factor', 'inverse-frequency'])
      .optional()
      .describe(
        'Which of the images with foreground are drawn: those of rare classes more often, by max(1, sqrt(threshold / frequency)); or such that each class is drawn equally often; left out, each image equally often',
      ),
    repeatThreshold: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe(
        `Threshold of \`repeat-factor\`, ${REPEAT_THRESHOLD} if left out: classes in a smaller share of the images with foreground are drawn more often`,
      ),
    window: z
      .array(z.int().min(1))
      .min(2)
      .max(3)
      .optional()
      .describe(
        'Extent of the windows, [height, width] or [depth, height, width]; left out, whole images',
      ),
    centred: shareOption()
      .default(0)
      .describe(
        'Share of the windows of images with foreground that are laid around one of its structures; the others lie anywhere',
      ),
    emptyImages: z
      .union([z.literal('keep'), z.literal('leave-out'), ...shareOption().options])
      .default('keep')
      .describe(
        'Images without foreground: all take part in every epoch; or none; or this share of them, others in the next epoch',
      ),
    hardNegatives: hardNegatives.optional(),
    length: z
      .union([z.literal('natural'), z.int().min(1)])
      .default('natural')
      .describe('Batches of an epoch: as many as hold every image once, or this number'),
  })
  .check((context) => {
    const { foreground, window, centred, emptyImages, classBalance } = context.value;
    const { repeatThreshold, hardNegatives } = context.value;
    const complain = (path: string, message: string, input: unknown) =>
      context.issues.push({ code: 'custom', path: [path], message, input });
    const noForeground = foreground !== 'natural' && mostOf(foreground) === 0;
    const noEmpty =
      foreground === 'natural'
        ? mostOf(keptShare(emptyImages)) === 0
        : Math.min(...endShares(foreground)) === 1;
    if (mostOf(centred) > 0 && window === undefined) {
      complain('centred', 'has no effect without `window`; set `window`, or leave it out', centred);
    }
    if (mostOf(centred) > 0 && noForeground) {
      complain('centred', 'has no effect with `foreground: 0`; leave one of them out', centred);
    }
    if (classBalance !== undefined && noForeground) {
      complain(
        'classBalance',
        'has no effect with `foreground: 0`; leave one of them out',
        classBalance,
      );
    }
    if (repeatThreshold !== undefined && classBalance !== 'repeat-factor') {
      complain(
        'repeatThreshold',
        'has no effect without `classBalance: repeat-factor`; leave it out',
        repeatThreshold,
      );
    }
    if (emptyImages !== 'keep' && emptyImages !== 1 && foreground !== 'natural') {
      complain(
        'emptyImages',
        'has no effect where `foreground` is a share, which says how many there are; leave one of them out',
        emptyImages,
      );
    }
    if (hardNegatives !== undefined && mostOf(hardNegatives.share) === 0) {
      complain(
        'hardNegatives',
        'have no effect with `share: 0`; leave them out',
        hardNegatives.share,
      );
    } else if (hardNegatives !== undefined && noEmpty) {
      complain(
        'hardNegatives',
        'have no effect where no empty image is drawn; leave them out',
        hardNegatives,
      );
    }
  });

export type SamplerOptions = z.output<typeof options>;

/** The share of the empty images that takes part in an epoch. */
export function keptShare(emptyImages: SamplerOptions['emptyImages']): Share {
  if (emptyImages === 'keep') return 1;
  return emptyImages === 'leave-out' ? 0 : emptyImages;
}
