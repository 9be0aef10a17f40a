import { staysInside } from '@raremask/core';
import { z } from 'zod';

const pattern = z.string().regex(/\{id\}/, 'must hold {id}, as in "images/{id}.nii.gz"');

/** What the manifest says under `data.with`. */
export const options = z
  .strictObject({
    root: z
      .string()
      .min(1)
      .default('.')
      .describe("folder that the other paths start from, relative to the manifest's folder"),
    images: z
      .union([pattern, z.array(pattern).min(1)])
      .optional()
      .describe(
        'file of each case, or a list of files whose channels are put together; {id} is the case; left out, images/{id}.nii.gz',
      ),
    masks: pattern.optional().describe('label map of each case; left out, masks/{id}.nii.gz'),
    classes: z
      .record(
        z.string().regex(/\D/, 'is a number: give the class a name').refine(staysInside, {
          error: 'leads to another folder: give the class a name without .. and / before it',
        }),
        z.int().min(0).max(65535),
        // What is wrong with a name stands inside the issue of its entry.
        { error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) },
      )
      .refine((classes) => Object.keys(classes).length >= 2, {
        error:
          'must name at least two classes, the background first, as in { background: 0, lesion: 1 }',
      })
      .refine((classes) => Object.keys(classes).length <= 254, {
        error: 'must name at most 254 classes',
      })
      .refine((classes) => new Set(Object.values(classes)).size === Object.keys(classes).length, {
        error: 'must give every class a value of its own',
      })
      .optional()
      .describe(
        'class names and the value of each in the label maps; the first is the background; left out, dataset.json in root tells classes and files',
      ),
    ignore: z
      .int()
      .min(0)
      .max(65535)
      .optional()
      .describe('value in the label maps of voxels that nobody has judged: they do not count'),
    spacing: z
      .union([
        z.number().positive(),
        z.tuple([
          z.number().positive().nullable(),
          z.number().positive().nullable(),
          z.number().positive().nullable(),
        ]),
      ])
      .optional()
      .describe(
        'size of voxels that images and label maps are brought to, in millimetres: one number, or [z, y, x] with null for an axis that stays as it is; left out, nothing is resampled',
      ),
    view: z
      .enum(['axial', 'coronal', 'sagittal', 'volume'])
      .default('axial')
      .describe('slices across z, y or x, a sample each; or whole volumes, for a 3-D model'),
    neighbours: z
      .int()
      .min(0)
      .max(16)
      .default(0)
      .describe(
        'slices on each side whose channels are added, from below to above; the last one repeats at the end',
      ),
  })
  .check(({ value, issues }) => {
    const { classes, ignore } = value;
    if (classes === undefined) {
      for (const name of ['images', 'masks', 'ignore'] as const) {
        if (value[name] === undefined) continue;
        const message = 'is told by dataset.json: leave it out, or give classes as well';
        issues.push({ code: 'custom', path: [name], message, input: value });
      }
    } else if (ignore !== undefined && Object.values(classes).includes(ignore)) {
      const message = 'is the value of a class';
      issues.push({ code: 'custom', path: ['ignore'], message, input: value });
    }
  })
  .refine(({ view, neighbours }) => view !== 'volume' || neighbours === 0, {
    path: ['neighbours'],
    error: 'is for slices: a volume has them already',
  });

export type Options = z.output<typeof options>;
