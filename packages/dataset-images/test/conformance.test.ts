import { datasetChecks } from '@raremask/conformance';
import { afterAll, describe, test } from 'vitest';
import images from '../src/index.ts';
import { bmp } from './bmp.ts';
import { Folder, png } from './folder.ts';
import { gif } from './gif.ts';
import { tiff } from './tiff.ts';

const lesion = png(3, 2, [0, 0, 255, 0, 255, 255]);
const blackAndWhite = [[0, 0, 0] as const, [255, 255, 255] as const];
const nothing = png(3, 2, [0, 0, 0, 0, 0, 0]);

const folder = await Folder.with({
  'images/p1_a.png': png(3, 2, [0, 60, 120, 180, 240, 255]),
  'images/p1_b.png': png(3, 2, [9, 8, 7, 6, 5, 4]),
  'images/p2_a.png': png(2, 2, [300, 2, 40_000, 5], { depth: 16 }),
  'images/p2_b.tif': tiff(3, 2, Float32Array.of(0.5, -1, 2, 0, 1e4, 3)),
  'images/p3_a.bmp': bmp(3, 2, [1, 2, 3, 4, 5, 6]),
  'images/p3_b.gif': gif(3, 2, [0, 1, 1, 0, 0, 0], { palette: blackAndWhite }),
  'masks/p1_a.png': lesion,
  'masks/p1_b.png': nothing,
  'masks/p2_a.png': png(2, 2, [0, 255, 128, 0]),
  'masks/p2_b.png': lesion,
  'masks/p3_a.png': lesion,
  'masks/p3_b.png': nothing,
  'others/p3_a.gif': gif(3, 2, [0, 0, 1, 0, 1, 1], { palette: blackAndWhite }),
  'others/p3_b.bmp': bmp(3, 2, [0, 0, 0, 0, 1, 1], { bits: 1 }),
  'groups.csv': 'id,patient\np1_a,1\np1_b,1\np2_a,2\np2_b,2\np3_a,3\np3_b,3\n',
  'colour/a.png': png(2, 1, [1, 2, 3, 4, 5, 6], { channels: 3 }),
  'colour/b.png': png(2, 1, [1, 2, 3, 255, 5, 6, 7, 255], { channels: 4 }),
  'colour/masks/nucleus/a.png': png(2, 1, [255, 0]),
  'colour/masks/membrane/a.png': png(2, 1, [255, 9]),
  'new/deep/scan.png': png(2, 1, [10, 20]),
});
afterAll(() => folder[Symbol.asyncDispose]());

const module = new URL('../dist/index.js', import.meta.url).href;

describe('exclusive classes', () => {
  const given = { classes: { background: 0, lesion: 255 }, ignore: 128 };
  const options = [
    { ...given, group: '^(p\\d)_' },
    { ...given, root: 'masks/..', group: { file: 'groups.csv', column: 'patient' } },
    { ...given, images: 'images/{id}.png', missingMask: 'empty', remark: 'made up' },
    { ...given, images: 'images/p3_*.{bmp,gif}', masks: 'others/{id}.{bmp,gif}' },
  ];
  const known = { options, folder: folder.path, module, images: 'new' };
  test.each(datasetChecks(images, known))('$name', ({ run }) => run());
});

describe('overlapping classes with a file each', () => {
  const given = {
    root: 'colour',
    images: '*.png',
    masks: 'masks/{class}/{id}.png',
    classes: { nucleus: 255, membrane: 255 },
    overlapping: true,
    ignore: 9,
    missingMask: 'empty',
  };
  const options = [given, { ...given, channels: 'rgb' }];
  const known = { options, folder: folder.path, module };
  test.each(datasetChecks(images, known))('$name', ({ run }) => run());
});
