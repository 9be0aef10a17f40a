import { z } from 'zod';

const maskValue = z.int().min(0).max(65535);
const maskValues = z.union([maskValue, z.array(maskValue).min(1)]);

const groupColumn = z.strictObject({
  file: z.string().min(1).describe('CSV file with a header line, relative to root'),
  id: z.string().min(1).default('id').describe('column that holds the image ids'),
  column: z.string().min(1).describe('column that holds the group'),
});

/** What the manifest says under `data.with`. */
export const options = z
  .strictObject({
    root: z
      .string()
      .min(1)
      .default('.')
      .describe("folder that the other paths start from, relative to the manifest's folder"),
    images: z
      .string()
      .min(1)
      .default('images/*.{png,jpg,jpeg,tif,tiff}')
      .describe(
        'glob of the image files, relative to root; or a pattern with {id}, as in "{id}/image.png"',
      ),
    masks: z
      .string()
      .default('masks/{id}.png')
      .describe(
        'mask of each image, relative to root; {id} is the file name without extension (with ** in images: the path); {class} is the class name, for overlapping classes with a file each',
      ),
    classes: z
      .record(z.string().min(1), maskValues)
      .describe(
        'class names and the mask value, or the list of values, that stands for each; the first class is the background, unless the classes overlap',
      ),
    overlapping: z
      .boolean()
      .default(false)
      .describe('every class is a yes or no of its own; there is no background class'),
    ignore: maskValues
      .optional()
      .describe('mask value, or values, of pixels that nobody has judged: they do not count'),
    missingMask: z
      .enum(['error', 'empty'])
      .default('error')
      .describe('what a missing mask file means: a mistake, or an image without structure'),
    group: z
      .union([z.string().min(1), groupColumn])
      .optional()
      .describe(
        'patient, tile or field of view that a split never cuts through: a regular expression with one capture, matched against the id; or { file, id, column } of a CSV file',
      ),
    channels: z
      .enum(['auto', 'grey', 'rgb'])
      .default('auto')
      .describe('what images are read as; auto = as the first image is stored; alpha is dropped'),
    remark: z
      .string()
      .min(1)
      .optional()
      .describe(
        'what must be said wherever results are shown, such as "synthetic images"; without it, the notice in dataset.json in the root, where there is one',
      ),
  })
  .superRefine((value, context) => {
    for (const problem of problemsOf(value)) {
      context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
    }
  });

export type Options = z.output<typeof options>;

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** What the types cannot say. */
function* problemsOf(value: Options): Generator<Problem> {
  yield* maskPatternProblems(value);
  yield* classProblems(value);
  if (typeof value.group === 'string') {
    const message = captureProblem(value.group);
    if (message !== undefined) yield { path: ['group'], message };
  }
}

function* maskPatternProblems({ masks, overlapping, classes }: Options): Generator<Problem> {
  const path = ['masks'];
  if (!masks.includes('{id}')) {
    yield { path, message: 'must hold {id}, as in "masks/{id}.png"' };
  }
  if (/[*?]/.test(masks)) {
    yield { path, message: 'must not hold * or ?: each image has one mask, named by {id}' };
  }
  if (masks.includes('{class}') && !overlapping) {
    yield {
      path,
      message:
        'holds {class}, which is for overlapping classes only: set overlapping: true, or keep all classes in one mask file',
    };
  }
  if (masks.includes('{class}')) {
    const unusable = Object.keys(classes).find((name) => /[\\/]/.test(name));
    if (unusable !== undefined) {
      yield {
        path: ['classes', unusable],
        message: 'stands in a file path and must not hold / or \\',
      };
    }
  }
}

function* classProblems({ classes, overlapping, ignore, masks }: Options): Generator<Problem> {
  const names = Object.keys(classes);
  const least = overlapping ? 1 : 2;
  if (names.length < least) {
    yield {
      path: ['classes'],
      message: overlapping
        ? 'must name at least one class'
        : 'must name at least two classes, the background first, as in { background: 0, lesion: 255 }',
    };
  }
  if (names.length > 254) yield { path: ['classes'], message: 'must name at most 254 classes' };
  const ignored = new Set(ignore === undefined ? [] : [ignore].flat());
  const owners = new Map<number, string>();
  for (const name of names) {
    const path = ['classes', name];
    if (/^\d+$/.test(name)) {
      yield { path, message: 'is a number: give the class a name, so that the order is kept' };
    }
    for (const mask of [classes[name]!].flat()) {
      const owner = owners.get(mask);
      if (overlapping && mask === 0) {
        yield { path, message: 'must not be 0: in a mask of overlapping classes 0 means none' };
      } else if (ignored.has(mask)) {
        yield { path, message: `is ${mask}, which ignore names too` };
      } else if (!overlapping && owner !== undefined) {
        yield { path, message: `is ${mask}, which is ${owner} already` };
      } else if (overlapping && !masks.includes('{class}') && owner === name) {
        yield { path, message: `names ${mask} twice` };
      }
      owners.set(mask, name);
    }
  }
  if (overlapping && ignored.has(0)) {
    yield {
      path: ['ignore'],
      message: 'must not be 0: in a mask of overlapping classes 0 means none',
    };
  }
}

function captureProblem(source: string): string | undefined {
  try {
    const captures = new RegExp(`${source}|`).exec('')!.length - 1;
    return captures === 1
      ? undefined
      : `must be a regular expression with one capture, as in "^(patient\\\\d+)_"; it has ${captures}`;
  } catch (error) {
    return `is not a regular expression: ${(error as Error).message}`;
  }
}
