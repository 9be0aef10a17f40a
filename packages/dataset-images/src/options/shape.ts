import { z } from 'zod';
import { READABLE } from '../decoding/formats.ts';
import { COLOUR } from './colour.ts';

const colour = z.string().regex(COLOUR, 'must be a number, or a colour as in "#ff0000"');
const maskValue = z.union([z.int().min(0).max(65535), colour]);
const maskValues = z.union([maskValue, z.array(maskValue).min(1)]);
const ignored = z.union([z.int().min(-32768).max(65535), colour]);

const unusable = z
  .enum(['error', 'ignore', 'background'])
  .default('error')
  .describe(
    'what an annotation without a usable outline (none, empty, of fewer than 3 corners, of no pixel) means: a mistake; a structure that nobody has drawn, so that its box, or without one the image, is not judged; or nothing. The last two are counted and said',
  );
const others = z.enum(['error', 'background']).default('error');

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
  others: others.describe('what an annotation of a category without a class means'),
  unusable,
  crowd: z
    .enum(['ignore', 'count'])
    .default('ignore')
    .describe('whether regions with iscrowd are left out (weight 0) or are structures like others'),
});

const labelName = z.union([z.string(), z.int().min(0)]);

const outlines = z.strictObject({
  files: z
    .string()
    .min(1)
    .describe('annotation file of each image, relative to root, with {id} as in masks'),
  format: z
    .enum(['labelme', 'yolo', 'voc'])
    .describe(
      'labelme: JSON of LabelMe; yolo: text with a class number and corners a line; voc: XML with polygons',
    ),
  labels: z
    .record(z.string(), z.union([labelName, z.array(labelName).min(1)]))
    .optional()
    .describe(
      'label, or labels, that each class stands for; left out, the class name; of yolo the class numbers, and left out, the classes in their order from 0 without the background',
    ),
  others: others.describe('what an outline of a label without a class means'),
  unusable,
});

const runLengths = z.strictObject({
  file: z.string().min(1).describe('CSV file with a header line, relative to root'),
  image: z
    .string()
    .min(1)
    .describe('column that names the images, with or without the ending of their files'),
  names: z
    .string()
    .default('{id}')
    .describe(
      'what a cell of that column holds: {id}, or further names in braces that images holds, as in "{part}_{id}"; with {class} behind, as in "{id}_{class}", the label as well',
    ),
  class: z
    .string()
    .min(1)
    .optional()
    .describe(
      'column that holds the label; left out, and without {class} in names, every row is of the one class besides the background',
    ),
  pixels: z
    .string()
    .min(1)
    .describe(
      'column that holds the runs, a start and a length each, with spaces between; an empty cell or -1 says that the image has nothing of the class',
    ),
  labels: z
    .record(z.string(), z.union([labelName, z.array(labelName).min(1)]))
    .optional()
    .describe('label, or labels, that each class stands for; left out, the class name'),
  others: others.describe('what a row of a label without a class means'),
  order: z
    .enum(['columns', 'rows'])
    .default('columns')
    .describe(
      'columns: pixels are numbered down the columns, from left to right; rows: along the rows, from top to bottom. Nothing in a table says which',
    ),
  counting: z
    .enum(['absolute', 'relative'])
    .default('absolute')
    .describe(
      'absolute: a start is the number of a pixel; relative: how many pixels lie between the end of the run before and the run',
    ),
  first: z
    .int()
    .min(0)
    .max(1)
    .optional()
    .describe('start of a run at the first pixel; left out, 1, or 0 where counting is relative'),
});

/** What the manifest says under `data.with`. */
export const shape = z.strictObject({
  root: z
    .string()
    .min(1)
    .default('.')
    .describe("folder that the other paths start from, relative to the manifest's folder"),
  images: z
    .string()
    .min(1)
    .default(`images/*.{${READABLE}}`)
    .describe(
      'glob of the image files, relative to root; or a pattern with {id}, as in "{id}/image.png", and with further names in braces for folders, as in "{part}/images/{id}.png" or "{part:train,val}/images/{id}.png", which are in masks as well: an id is then what all of them stand for, with / between',
    ),
  masks: z
    .string()
    .default('masks/{id}.png')
    .describe(
      'mask of each image, relative to root; {id} is the file name without extension (with ** in images: the path); {class} is the class name, for classes with a file each; {png,tif} stands for either; with * an image may have several masks, which are put together',
    ),
  coco: coco
    .optional()
    .describe(
      'instance annotations (polygons or run lengths) that take the place of mask files; of exclusive classes the smaller structure lies on top',
    ),
  outlines: outlines
    .optional()
    .describe('files of outlines, one for each image, that take the place of mask files'),
  runLengths: runLengths
    .optional()
    .describe(
      'table of run lengths that takes the place of mask files: several rows of an image are structures of their own; of exclusive classes the smaller structure lies on top',
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
      'class names and the mask value or the colour ("#ff0000"), or the list of them, that stands for each; the first class is the background, unless the classes overlap',
    ),
  overlapping: z
    .boolean()
    .default(false)
    .describe('every class is a yes or no of its own; there is no background class'),
  threshold: z
    .number()
    .min(0)
    .optional()
    .describe(
      'mask value from which on a pixel is of the class with the higher value: for grey masks with soft edges, and for JPEG masks, of two classes or with a file a class',
    ),
  whiteIsZero: z
    .enum(['error', 'stored', 'inverted'])
    .default('error')
    .describe(
      'what a TIFF mask of more than one bit holds whose file says that 0 is white (photometric interpretation 0): values as they are stored, or inverted',
    ),
  ignore: z
    .union([ignored, z.array(ignored).min(1)])
    .optional()
    .describe(
      'mask value, values or colour of pixels that nobody has judged: they do not count; -1 too, of files that hold it',
    ),
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
    .union([z.enum(['auto', 'grey', 'rgb']), z.array(z.int().min(0).max(4095)).min(1)])
    .default('auto')
    .describe(
      'what images are read as; auto = all channels of the first image but alpha; or the list of the channels to be read, from 0, alpha and inks of CMYK among them',
    ),
  orientation: z
    .enum(['stored', 'upright'])
    .default('stored')
    .describe(
      'stored: pixels as they lie in the file; upright: images and masks turned as their files say (EXIF), as viewers show them',
    ),
  remark: z
    .string()
    .min(1)
    .optional()
    .describe(
      'what must be said wherever results are shown, such as "synthetic images"; without it, the notice in dataset.json in the root, where there is one',
    ),
});

export type Options = z.output<typeof shape>;
