import { z } from 'zod';

const pixels = z.number().min(0);

/** Numbers by class, as a map or as a list. */
const numbers = z.union([z.record(z.string(), z.number().min(0)), z.array(z.number().min(0))]);

/** Option of losses that are made from a quotient. */
export const smooth = z
  .union([
    pixels,
    z
      .strictObject({
        numerator: pixels.describe('Pixels added above'),
        denominator: pixels.describe('Pixels added below'),
      })
      .refine(({ numerator, denominator }) => numerator <= denominator, {
        error: 'numerator must not be larger than denominator: the index would exceed 1',
      }),
    z.literal('structure'),
  ])
  .default(1e-5)
  .describe(
    'Pixels added above and below the fraction: one number, one each, or `structure`: the mean size of a structure of the class in the training split',
  );

/** Options that every overlap loss has. */
export const sharedOptions = {
  join: z
    .union([z.literal('foreground'), z.record(z.string(), z.array(z.string()))])
    .optional()
    .describe(
      'Classes that count as one: all but the background (`foreground`), or a map from the name that they get together to the classes; only where classes exclude each other. Other options name them as joined',
    ),
  pool: z
    .enum(['image', 'batch'])
    .default('image')
    .describe(
      'Sums over the pixels of each image alone, or over all images of the batch together: then an image counts by its pixels, and its value depends on its neighbours',
    ),
  empty: z
    .enum(['smooth', 'ignore', 'cross-entropy', 'mean-probability', 'background'])
    .default('cross-entropy')
    .describe(
      'What a class contributes where the pooled truth has no pixel of it: the formula as it is, nothing, its binary cross-entropy, its mean probability, or the same loss of everything that is not the class',
    ),
  classWeights: numbers
    .optional()
    .describe(
      'How much each class counts in the mean over classes: a map from class name to number (others count 1), or a list in the order of the classes that take part',
    ),
  clip: z
    .number()
    .positive()
    .optional()
    .describe(
      'Largest loss of a class: above it the loss is constant, and the class is not learnt from',
    ),
  multiplicity: z
    .record(z.string(), z.number().min(0))
    .optional()
    .describe(
      'How many times a pixel of each class counts, in hits, misses and totals alike: a map from class name to number (others count once)',
    ),
  background: z
    .enum(['include', 'exclude'])
    .optional()
    .describe(
      'Whether the background is a class like the others; only where classes exclude each other, left out it is excluded',
    ),
};

export type SharedOptions = z.output<z.ZodObject<typeof sharedOptions>>;
