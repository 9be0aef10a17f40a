import { describe, expect, it } from 'vitest';
import plugin from '../src/index.ts';
import { validated } from './folder.ts';

const classes = { background: 0, lesion: 255 };

it('fill in their defaults', async () => {
  expect(await validated({ classes })).toEqual({
    root: '.',
    images: 'images/*.{png,jpg,jpeg,tif,tiff,bmp,gif}',
    masks: 'masks/{id}.png',
    classes,
    overlapping: false,
    missingMask: 'error',
    maskChannels: 'value',
    channels: 'auto',
    orientation: 'stored',
    whiteIsZero: 'error',
  });
});

it('have a JSON Schema', () => {
  const schema = plugin.options!['~standard'].jsonSchema.input({ target: 'draft-07' });
  expect(Object.keys(schema.properties as object)).toContain('classes');
});

describe('are refused', () => {
  it.each([
    ['an unknown key', { classes, mask: 'x' }, /mask/],
    ['masks without {id}', { classes, masks: 'masks/x.png' }, /masks: must hold \{id\}/],
    ['masks with a * before {id}', { classes, masks: 'm*/{id}.png' }, /masks: must not hold/],
    ['masks with a ?', { classes, masks: 'masks/{id}?.png' }, /masks: must not hold/],
    ['numbers and colours', { classes: { a: 0, b: '#ff0000' } }, /classes: mixes numbers and colo/],
    ['a colour that is none', { classes: { a: 0, b: 'red' } }, /classes.b/],
    [
      'a colour of two classes',
      { classes: { a: '#000000', b: '#FF0000', c: '#ff0000' } },
      /classes.c: is #ff0000, which is b already/,
    ],
    [
      'a threshold that parts nothing',
      { classes, threshold: 300 },
      /threshold: is 300, but 0 of the values 0, 255 .* should be 1/,
    ],
    [
      'a threshold for three classes',
      { classes: { a: 0, b: 1, c: 2 }, threshold: 1 },
      /threshold: parts two classes/,
    ],
    [
      'outlines beside coco',
      { classes, coco: { file: 'a' }, outlines: { files: '{id}.txt', format: 'yolo' } },
      /outlines: takes the place of masks, as coco does/,
    ],
    [
      'a threshold beside outlines',
      { classes, threshold: 9, outlines: { files: '{id}.txt', format: 'yolo' } },
      /threshold: is without effect: outlines/,
    ],
    [
      'outlines without {id}',
      { classes, outlines: { files: 'a.txt', format: 'yolo' } },
      /outlines.files: must hold \{id\}/,
    ],
    ['no channel', { classes, channels: [] }, /channels/],
    ['one exclusive class', { classes: { background: 0 } }, /classes: must name at least two/],
    ['no class', { classes: {}, overlapping: true }, /classes: must name at least one/],
    [
      'a value of two exclusive classes',
      { classes: { a: 0, b: [1, 0] } },
      /classes.b: is 0, which is a already/,
    ],
    [
      'an ignored value of a class',
      { classes, ignore: 255 },
      /classes.lesion: is 255, which ignore names too/,
    ],
    ['a number as class name', { classes: { a: 0, 1: 1 } }, /classes.1: is a number/],
    [
      '0 for an overlapping class',
      { classes: { a: 0 }, overlapping: true },
      /classes.a: must not be 0/,
    ],
    [
      'a class name that leaves the folder',
      { classes: { 'a/b': 1 }, overlapping: true, masks: '{class}/{id}.png' },
      /must not hold \//,
    ],
    ['a value above 16 bit', { classes: { a: 0, b: 65536 } }, /classes.b/],
    ['a broken group', { classes, group: '(' }, /group: is not a regular expression/],
    ['a group without capture', { classes, group: 'p\\d' }, /group: must be .* it has 0/],
    ['an unknown word', { classes, channels: 'gray' }, /channels/],
  ])('%s', async (_, raw, message) => {
    await expect(validated(raw)).rejects.toThrow(message);
  });
});
