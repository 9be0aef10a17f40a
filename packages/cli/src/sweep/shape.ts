import { secondsOf } from '@raremask/core/manifest';
import { z } from 'zod';

const value = z.json();
const assignment = z.record(z.string().min(1), value);

const range = z
  .strictObject({
    from: z.number().describe('Smallest value'),
    to: z.number().describe('Largest value'),
    scale: z
      .enum(['linear', 'log'])
      .default('linear')
      .describe('Whether values are even over the range, or over its logarithm'),
    whole: z.boolean().default(false).describe('Whether values are rounded to whole numbers'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be above from' })
  .refine(({ from, scale }) => scale === 'linear' || from > 0, {
    path: ['from'],
    error: 'must be above 0 where scale is log',
  });

const random = z.strictObject({
  count: z.int().min(1).max(10_000).describe('How many are drawn'),
  seed: z.int().min(0).default(0).describe('Fixes what is drawn'),
  of: z
    .record(z.string().min(1), z.union([z.array(value).min(1), range]))
    .describe('Settings of the manifest with a list to choose from, or a range'),
});

const settings = z
  .strictObject({
    grid: z
      .record(z.string().min(1), z.array(value).min(1))
      .optional()
      .describe('Settings of the manifest with their values: every combination is trained'),
    list: z
      .array(assignment)
      .min(1)
      .optional()
      .describe('Maps of settings that are trained as they stand'),
    random: random.optional().describe('Settings drawn at random'),
  })
  .refine(
    (kinds) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1,
    'must have one of grid, list and random',
  );

const halving = z
  .strictObject({
    from: z.int().min(1).describe('Epochs of the first rung'),
    factor: z
      .int()
      .min(2)
      .default(3)
      .describe('At each rung one in so many goes on, and the next is at so many times the epochs'),
  })
  .describe('Stops settings early that are behind, by the validation at rungs of epochs');

/** A sweep file: a manifest, and what varies. */
export const sweepShape = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, 'must be letters, digits, _, . and -')
    .optional()
    .describe('Name of its folder below sweeps; left out, that of the file'),
  manifest: z.string().min(1).describe('The manifest, from the folder of this file'),
  folds: z
    .int()
    .min(2)
    .max(1000)
    .optional()
    .describe('Folds of a cross-validation; left out, the division of the manifest'),
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'must not repeat a seed')
    .optional()
    .describe("Seeds of training; left out, the manifest's"),
  settings: settings.optional().describe('Settings of the manifest that vary; left out, none'),
  slurm: z
    .record(
      z.string().regex(/^[a-z][a-z-]*$/, 'must be the long name of an option of sbatch'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional()
    .describe('Options of sbatch for --on slurm; true is one without a value'),
  budget: z
    .string()
    .refine((text) => secondsOf(text) !== undefined, 'is no time as 90s, 10m or 2h')
    .optional()
    .describe('Time of each call, as 90s, 10m or 2h; left out, it ends when all is trained'),
  halving: halving.optional().describe('Left out, every trial is trained to its end'),
});

export type Halving = z.infer<typeof halving>;
export type SettingsRule = z.infer<typeof settings>;
/** Settings of a manifest by their path, as `--set` takes them. */
export type Settings = z.infer<typeof assignment>;
