import { IGNORE } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';

const classes = { background: 0, cell: 1, dust: 2 };

interface Given {
  readonly format: 'labelme' | 'yolo' | 'voc';
  readonly [option: string]: unknown;
}

/** Labels of an image of 4 x 3 pixels, and what was said. */
async function read(text: string | undefined, outlines: Given, more: object = {}) {
  await using folder = await Folder.with({
    'images/a.png': png(4, 3, new Uint8Array(12)),
    ...(text !== undefined && { 'labels/a.txt': text }),
  });
  const dataset = await folder.open({
    classes,
    outlines: { files: 'labels/{id}.txt', ...outlines },
    ...more,
  });
  const { labels } = await onlySample(dataset);
  return { labels: [...labels!], warnings: folder.warnings };
}

// The first two rows, then the pixel (1, 0) on top.
const painted = [1, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0];

function labelme(shapes: unknown[], more: object = {}): string {
  return JSON.stringify({ imageWidth: 4, imageHeight: 3, shapes, ...more });
}

const rows = [
  [0, 0],
  [4, 0],
  [4, 2],
  [0, 2],
];

describe('LabelMe', () => {
  const format = 'labelme';
  const cell = { label: 'cell', points: rows, shape_type: 'polygon' };

  it('has polygons, rectangles and circles', async () => {
    const dust = {
      label: 'dust',
      points: [
        [2, 1],
        [1, 0],
      ],
      shape_type: 'rectangle',
    };
    expect((await read(labelme([cell, dust]), { format })).labels).toEqual(painted);
    const circle = {
      label: 'cell',
      points: [
        [1.5, 1.5],
        [1.5, 2.1],
      ],
      shape_type: 'circle',
    };
    const middle = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    expect((await read(labelme([circle]), { format })).labels).toEqual(middle);
  });

  it('has shapes without an area, which are refused or left out and counted', async () => {
    const line = { ...cell, shape_type: 'line', points: rows.slice(0, 2) };
    await expect(read(labelme([line]), { format })).rejects.toMatchObject({
      code: 'RAREMASK_OUTLINES_UNUSABLE',
      message: expect.stringMatching(/a\.txt: shapes\[0\]: .*a line, which is no outline/),
    });
    const { labels, warnings } = await read(labelme([line]), { format, unusable: 'background' });
    expect(labels).toEqual(new Array(12).fill(0));
    expect(warnings).toEqual([expect.stringMatching(/^1 annotations have no usable outline/)]);
  });

  it('names another size, an unknown label and what is no LabelMe', async () => {
    await expect(read(labelme([], { imageWidth: 5 }), { format })).rejects.toMatchObject({
      code: 'RAREMASK_COCO_SIZE',
      message: expect.stringMatching(/a\.txt: .*Expected: 4 x 3.*Got: 5 x 3/),
    });
    await expect(read(labelme([{ ...cell, label: 'fly' }]), { format })).rejects.toMatchObject({
      code: 'RAREMASK_OUTLINES_UNMAPPED_LABEL',
      message: expect.stringMatching(/shapes\[0\]: no class stands for the label fly/),
    });
    const labels = { cell: ['cell', 'fly'] };
    const mapped = await read(labelme([{ ...cell, label: 'fly' }]), { format, labels });
    expect(mapped.labels[0]).toBe(1);
    for (const text of ['{', '[]', '{"shapes": [{"label": 3}]}']) {
      await expect(read(text, { format })).rejects.toMatchObject({
        code: 'RAREMASK_OUTLINES_BROKEN',
        category: 'data',
      });
    }
  });
});

describe('YOLO', () => {
  const format = 'yolo';

  it('has corners as shares of the image, and the classes in their order', async () => {
    const text = '0 0 0 1 0 1 0.66667 0 0.66667\r\n1 0.25 0 0.5 0 0.5 0.33333 0.25 0.33333\n';
    expect((await read(text, { format })).labels).toEqual(painted);
    const swapped = await read(text, { format, labels: { cell: 1, dust: 0 } });
    expect(swapped.labels.slice(0, 3)).toEqual([2, 1, 2]);
  });

  it('is empty in an empty file, and where there is none only if that is meant', async () => {
    expect((await read('', { format })).labels).toEqual(new Array(12).fill(0));
    await expect(read(undefined, { format })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_MASK',
      message: expect.stringMatching(/Expected: .*labels.a\.txt/),
    });
    const empty = await read(undefined, { format }, { missingMask: 'empty' });
    expect(empty.labels).toEqual(new Array(12).fill(0));
  });

  it('has boxes, which are no outlines: they are refused, or not judged', async () => {
    const text = '0 0.5 0.5 0.5 0.33333';
    await expect(read(text, { format })).rejects.toThrow(/line 1: .*a box, which is no outline/);
    const { labels } = await read(text, { format, unusable: 'ignore' });
    const [x, o] = [IGNORE, 0];
    expect(labels).toEqual([o, o, o, o, o, x, x, o, o, o, o, o]);
  });

  it.each(['cell 0 0 1 0 1 1', '0 0 0 400 0 400 300', '0 0 zero 1 0 1 1'])(
    'refuses the line %s',
    async (text) => {
      await expect(read(`\n${text}`, { format })).rejects.toMatchObject({
        code: 'RAREMASK_OUTLINES_BROKEN',
        message: expect.stringContaining('a.txt: line 2'),
      });
    },
  );
});

describe('VOC', () => {
  const format = 'voc';
  const file = (objects: string) =>
    `<?xml version="1.0"?><annotation><size><width>4</width><height>3</height><depth>1</depth></size>${objects}</annotation>`;
  const points = rows.map(([x, y]) => `<pt><x>${x}</x><y>${y}</y></pt>`).join('');
  const numbered = [1, 0, 2, 0, 2, 1, 1, 1]
    .map((value, at) => {
      const name = `${at % 2 === 0 ? 'x' : 'y'}${Math.floor(at / 2) + 1}`;
      return `<${name}>${value}</${name}>`;
    })
    .join('');

  it('has polygons in either form', async () => {
    const text = file(
      `<object><name>cell</name><polygon>${points}</polygon></object><object><name>dust</name><polygon>${numbered}</polygon></object>`,
    );
    expect((await read(text, { format })).labels).toEqual(painted);
  });

  it('has boxes, which are no outlines', async () => {
    const bounds = '<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>2</ymax></bndbox>';
    const text = file(`<object><name>cell</name>${bounds}</object>`);
    await expect(read(text, { format })).rejects.toThrow(/object 1: .*a box, which is no outline/);
    const { labels } = await read(text, { format, unusable: 'ignore' });
    expect(labels.slice(4, 8)).toEqual([0, IGNORE, IGNORE, 0]);
  });

  it('is refused where it is cut off, or is no annotation', async () => {
    const whole = file(`<object><name>cell</name><polygon>${points}</polygon></object>`);
    for (const text of [whole.slice(0, -20), '<svg/>', '', 'text']) {
      await expect(read(text, { format })).rejects.toMatchObject({
        code: 'RAREMASK_OUTLINES_BROKEN',
      });
    }
  });
});

it('a changed file of outlines changes the fingerprint of its image', async () => {
  await using folder = await Folder.with({
    'images/a.png': png(4, 3, new Uint8Array(12)),
    'labels/a.txt': '',
  });
  const given = { classes, outlines: { files: 'labels/{id}.txt', format: 'yolo' } };
  const dataset = await folder.open(given);
  const before = await dataset.fingerprint!('a');
  await folder.write('labels/a.txt', '0 0 0 1 0 1 1');
  expect(await dataset.fingerprint!('a')).not.toBe(before);
});

it('files of outlines are matched by name as masks are, and those without an image are told', async () => {
  await using folder = await Folder.with({
    'images/M\u00fcller.png': png(4, 3, new Uint8Array(12)),
    'labels/Mu\u0308ller.TXT': '0 0 0 1 0 1 1',
    'labels/other.txt': '',
  });
  const given = { classes, outlines: { files: 'labels/{id}.txt', format: 'yolo' } };
  const dataset = await folder.open({ ...given, missingMask: 'empty' });
  expect((await onlySample(dataset)).labels).toContain(1);
  expect(folder.warnings).toEqual([
    expect.stringMatching(/^1 files of outlines are called as their images/),
    expect.stringMatching(/^1 files of outlines belong to no image .*other\.txt$/),
  ]);
});

it('a broken file of outlines is told when its image is read, and the others can be', async () => {
  await using folder = await Folder.with({
    'images/a.png': png(4, 3, new Uint8Array(12)),
    'images/b.png': png(4, 3, new Uint8Array(12)),
    'labels/a.txt': 'nonsense',
    'labels/b.txt': '',
  });
  const dataset = await folder.open({
    classes,
    outlines: { files: 'labels/{id}.txt', format: 'yolo' },
  });
  await expect(dataset.read('a')).rejects.toMatchObject({ code: 'RAREMASK_OUTLINES_BROKEN' });
  expect((await dataset.read('b')).labels).toEqual(new Uint8Array(12));
});
