import { staysInside } from '@raremask/core';
import { z } from 'zod';

const maskValue = z.int().min(0).max(65535);
const maskValues = z.union([maskValue, z.array(maskValue).min(1)]);

const groupColumn = z.strictObject({
  file: z.string().min(1).describe('CSV file with a header line, relative to root'),
  id: z.string().min(1).default('id').describe('column that holds the image ids'),
  column: z.string().min(1).describe('column that holds the group'),
});

const coco = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('JSON file with images, annotations and categories, relative to root'),
  categories: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
    .optional()
    .describe('category name, or names, that each class stands for; left out, the class name'),
  others: z
    .enum(['error', 'background'])
    .default('error')
    .describe('what an annotation of a category without a class means'),
  crowd: z
    .enum(['ignore', 'count'])
    .default('ignore')
    .describe('whether regions with iscrowd are left out (weight 0) or are structures like others'),
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
        'mask of each image, relative to root; {id} is the file name without extension (with ** in images: the path); {class} is the class name, for overlapping classes with a file each; {png,tif} stands for either',
      ),
    coco: coco
      .optional()
      .describe(
        'instance annotations (polygons or run lengths) that take the place of mask files; of exclusive classes the smaller structure lies on top',
      ),
    maskChannels: z
      .enum(['value', 'classes'])
      .default('value')
      .describe(
        'value: a mask has one value a pixel; classes: a channel for each class, in their order, of overlapping classes',
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
  yield* cocoProblems(value);
  yield* maskChannelProblems(value);
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

function* cocoProblems({ coco, classes, maskChannels, ignore }: Options): Generator<Problem> {
  if (coco === undefined) return;
  const names = Object.keys(classes);
  for (const name of Object.keys(coco.categories ?? {})) {
    if (!names.includes(name)) {
      yield {
        path: ['coco', 'categories', name],
        message: `is no class; the classes are ${names.join(', ')}`,
      };
    }
  }
  const owners = new Map<string, string>();
  for (const [name, own] of Object.entries(coco.categories ?? {})) {
    for (const category of [own].flat()) {
      const owner = owners.get(category);
      if (owner !== undefined) {
        const message = `names ${category}, which is ${owner} already`;
        yield { path: ['coco', 'categories', name], message };
      }
      owners.set(category, name);
    }
  }
  if (maskChannels === 'classes') {
    yield { path: ['maskChannels'], message: 'is without effect: coco takes the place of masks' };
  }
  if (ignore !== undefined) {
    yield { path: ['ignore'], message: 'is without effect: coco takes the place of masks' };
  }
}

function* maskChannelProblems({ maskChannels, masks, overlapping, classes }: Options) {
  if (maskChannels === 'value') return;
  const path = ['maskChannels'];
  if (!overlapping) yield { path, message: 'is for overlapping classes: set overlapping: true' };
  if (masks.includes('{class}')) {
    yield { path, message: 'does not go with {class} in masks, which is a file for each class' };
  }
  if (Object.keys(classes).length > 4) {
    yield {
      path,
      message: 'holds 4 channels at most: use a file for each class, with {class} in masks',
    };
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
    if (!staysInside(name)) {
      const message = 'leads to another folder: give the class a name without .. and / before it';
      yield { path, message };
    }
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
