import { IGNORE, type Sample } from '@raremask/core';
import { describe, expect, it } from 'vitest';
import { paintPolygon } from '../src/annotations/polygon.ts';
import { decodeRuns, paintRuns } from '../src/annotations/runLength.ts';
import { cocoCases } from './cocoCases.ts';
import { Folder, png, validated } from './folder.ts';

function rows([height, width]: readonly number[], paint: (set: (pixel: number) => void) => void) {
  const mask = new Uint8Array(height! * width!);
  paint((pixel) => {
    mask[pixel] = 1;
  });
  return Array.from({ length: height! }, (_, y) =>
    mask.subarray(y * width!, (y + 1) * width!).join(''),
  ).join(' ');
}

describe("the rule of COCO's own tools", () => {
  it.each(cocoCases)('fills the polygon $corners', ({ size, corners, rows: expected }) => {
    expect(rows(size, (set) => paintPolygon(corners, size, set))).toBe(expected);
  });

  it.each(cocoCases)('reads the runs $runs', ({ size, runs, rows: expected }) => {
    expect(rows(size, (set) => paintRuns(decodeRuns(runs)!, 'columns', size, set))).toBe(expected);
  });
});

const classes = { background: 0, cell: 1, dust: 2 };

function coco(more: {
  annotations?: unknown[];
  images?: unknown[];
  categories?: unknown[];
}): string {
  return JSON.stringify({
    images: [{ id: 9, file_name: 'a.png', width: 4, height: 3 }],
    categories: [
      { id: 1, name: 'cell' },
      { id: 7, name: 'dust' },
    ],
    annotations: [],
    ...more,
  });
}

const box = (x: number, y: number, wide: number, tall: number) => [
  [x, y, x + wide, y, x + wide, y + tall, x, y + tall],
];

const annotation = (more: object) => ({
  id: 1,
  image_id: 9,
  category_id: 1,
  iscrowd: 0,
  segmentation: box(0, 0, 4, 2),
  ...more,
});

/** What the last reading has said. */
let warnings: readonly string[] = [];

async function read(text: string, options: object = {}): Promise<Sample> {
  await using folder = await Folder.with({
    'images/a.png': png(4, 3, new Uint8Array(12)),
    'instances.json': text,
  });
  const file = { file: 'instances.json' };
  const { coco: own, ...others } = options as { coco?: object };
  const dataset = await folder.open({ classes, coco: { ...file, ...own }, ...others });
  warnings = folder.warnings;
  return await dataset.read('a');
}

describe('instances', () => {
  it('are painted with the smaller one on top, whatever their order', async () => {
    const large = annotation({});
    const small = annotation({ category_id: 7, segmentation: box(1, 0, 1, 1) });
    const expected = Uint8Array.of(1, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
    expect((await read(coco({ annotations: [small, large] }))).labels).toEqual(expected);
    expect((await read(coco({ annotations: [large, small] }))).labels).toEqual(expected);
  });

  it('keep all their classes where they overlap', async () => {
    const annotations = [
      annotation({}),
      annotation({ category_id: 7, segmentation: box(1, 0, 1, 1) }),
    ];
    const { labels } = await read(coco({ annotations }), {
      overlapping: true,
      classes: { cell: 1, dust: 2 },
    });
    expect([...labels!].slice(0, 6)).toEqual([1, 0, 1, 1, 1, 0]);
  });

  it('may be run lengths, compressed or not, down the columns', async () => {
    // Column 0 is background, then two pixels of column 1, and the rest.
    const counts = [3, 2, 7];
    const plain = annotation({ segmentation: { size: [3, 4], counts } });
    const expected = Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    expect((await read(coco({ annotations: [plain] }))).labels).toEqual(expected);
    // Numbers below 16 are one character each, from '0' on.
    const text = annotation({ segmentation: { size: [3, 4], counts: '327' } });
    expect((await read(coco({ annotations: [text] }))).labels).toEqual(expected);
  });

  it('of a crowd are not judged, unless they are to count', async () => {
    const crowd = annotation({ iscrowd: 1, segmentation: { size: [3, 4], counts: [0, 1, 11] } });
    expect((await read(coco({ annotations: [crowd] }))).labels![0]).toBe(IGNORE);
    const counted = await read(coco({ annotations: [crowd] }), { coco: { crowd: 'count' } });
    expect(counted.labels![0]).toBe(1);
  });

  it('of several categories may be one class, and others background', async () => {
    const annotations = [annotation({ category_id: 7 })];
    const merged = await read(coco({ annotations }), {
      classes: { background: 0, thing: 1 },
      coco: { categories: { thing: ['cell', 'dust'] } },
    });
    expect(merged.labels![0]).toBe(1);
    const others = await read(coco({ annotations }), {
      classes: { background: 0, cell: 1 },
      coco: { others: 'background' },
    });
    expect(others.labels!.every((label) => label === 0)).toBe(true);
  });

  it('are none in an image that the file lists without any, or does not list where that means empty', async () => {
    expect((await read(coco({}))).labels).toEqual(new Uint8Array(12));
    const unlisted = coco({ images: [] });
    expect((await read(unlisted, { missingMask: 'empty' })).labels).toEqual(new Uint8Array(12));
    await expect(read(unlisted)).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_NO_MASK' });
  });
});

describe('annotations without a usable outline', () => {
  const cases: [string, unknown, RegExp][] = [
    ['no polygon', [], /no outline/],
    ['null', null, /no outline/],
    ['nothing', undefined, /no outline/],
    ['two corners', [[1, 2, 3, 4]], /segmentation\[0\]: .*4 values/],
    ['a line', [[0, 0, 3, 0, 1, 0]], /no pixel of the image/],
    ['a place beside the image', [[50, 50, 60, 50, 60, 60]], /no pixel of the image/],
    ['a corner at 1e12', [[0, 0, 1e12, 0, 1e12, 1e12]], /no place near the image/],
    ['runs without a pixel', { size: [3, 4], counts: [12] }, /no pixel/],
  ];

  it.each(cases)('such as %s are refused by place and number', async (_, segmentation, message) => {
    const annotations = [annotation({}), annotation({ segmentation })];
    await expect(read(coco({ annotations }))).rejects.toMatchObject({
      code: 'RAREMASK_OUTLINES_UNUSABLE',
      category: 'data',
      message: expect.stringMatching(message),
    });
    await expect(read(coco({ annotations }))).rejects.toThrow(/annotations\[1\].*Got: 1 of this/);
  });

  it('leave their boxes unjudged, or count as background, and are counted', async () => {
    const annotations = [
      annotation({ segmentation: [], bbox: [1, 1, 2, 2] }),
      annotation({ segmentation: box(0, 0, 1, 1) }),
    ];
    const text = coco({ annotations });
    const ignored = await read(text, { coco: { unusable: 'ignore' } });
    const [x, o] = [IGNORE, 0];
    expect([...ignored.labels!]).toEqual([1, o, o, o, o, x, x, o, o, x, x, o]);
    const background = await read(text, { coco: { unusable: 'background' } });
    expect([...background.labels!]).toEqual([1, o, o, o, o, o, o, o, o, o, o, o]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^1 annotations have no usable outline .*annotations\[0\].*: they count/,
      ),
    ]);
    // Without a box nothing of the image is judged but what is drawn.
    const whole = coco({ annotations: [annotation({ segmentation: null }), annotations[1]] });
    const { labels } = await read(whole, { coco: { unusable: 'ignore' } });
    expect([...labels!]).toEqual([1, ...new Array(11).fill(IGNORE)]);
  });

  it('keep those of their polygons that are whole', async () => {
    const segmentation = [[1, 2, 3, 4], ...box(0, 0, 1, 1)];
    const text = coco({ annotations: [annotation({ segmentation })] });
    const { labels } = await read(text, { coco: { unusable: 'background' } });
    expect([...labels!].slice(0, 2)).toEqual([1, 0]);
  });
});

describe('mistakes in the file', () => {
  const broken = 'RAREMASK_COCO_BROKEN';
  it.each([
    ['no JSON', '{', 'RAREMASK_COCO_UNREADABLE', /instances\.json/],
    ['another JSON', '[]', 'RAREMASK_COCO_UNREADABLE', /no list categories/],
    [
      'an unknown category',
      coco({ annotations: [annotation({}), annotation({ category_id: 2 })] }),
      'RAREMASK_COCO_UNKNOWN_CATEGORY',
      /annotations\[1\]\.category_id: .*1 \(cell\), 7 \(dust\).*Got: 2/,
    ],
    [
      'a category without a class',
      coco({ categories: [{ id: 1, name: 'fly' }], annotations: [annotation({})] }),
      'RAREMASK_COCO_UNMAPPED_CATEGORY',
      /annotations\[0\]\.category_id: no class stands for the category fly/,
    ],
    [
      'another size of the runs',
      coco({ annotations: [annotation({ segmentation: { size: [4, 3], counts: [12] } })] }),
      broken,
      /annotations\[0\]\.segmentation\.size: .*\[3, 4\].*Got: \[4,3\]/,
    ],
    [
      'runs that are too short',
      coco({ annotations: [annotation({ segmentation: { size: [3, 4], counts: [3, 2] } })] }),
      broken,
      /annotations\[0\]\.segmentation\.counts: .*12 pixels.*Got: runs of 5 pixels/,
    ],
    [
      'runs that are cut off',
      coco({ annotations: [annotation({ segmentation: { size: [3, 4], counts: '3P' } })] }),
      broken,
      /no list of runs/,
    ],
    [
      'no outline',
      coco({ annotations: [annotation({ segmentation: 'x' })] }),
      broken,
      /annotations\[0\]\.segmentation/,
    ],
    [
      'a file that is not there',
      coco({ images: [{ id: 1, file_name: 'b.png', width: 4, height: 3 }] }),
      'RAREMASK_COCO_NO_IMAGE_FILE',
      /images\[0\]\.file_name: .*Got: b\.png/,
    ],
    [
      'another size of the image',
      coco({ images: [{ id: 9, file_name: 'a.png', width: 3, height: 4 }] }),
      'RAREMASK_COCO_SIZE',
      /images\[0\]: .*4 x 3 pixels.*Got: 3 x 4/,
    ],
  ])('such as %s are told by file and place', async (_, text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code,
      category: 'data',
      message: expect.stringMatching(message),
    });
  });

  it('such as an unknown image are a sample of their own, and the others are read', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(4, 3, new Array(12).fill(0)),
      'x.json': coco({ annotations: [annotation({}), annotation({ image_id: 3 })] }),
    });
    const dataset = await folder.open({ classes, coco: { file: 'x.json' } });
    expect(dataset.ids).toEqual(['a', 'image_id 3']);
    expect((await dataset.read('a')).labels).toContain(1);
    await expect(dataset.read('image_id 3')).rejects.toMatchObject({
      code: 'RAREMASK_COCO_UNKNOWN_IMAGE',
      message: expect.stringMatching(/x\.json: annotations\[1\]\.image_id: .*Got: 3/),
    });
  });

  it('such as another ending of a name are those of the image, which is not taken for empty', async () => {
    const listed = (id: number, name: string) => ({ id, file_name: name, width: 4, height: 3 });
    await using folder = await Folder.with({
      'images/a.png': png(4, 3, new Array(12).fill(0)),
      'images/b.png': png(4, 3, new Array(12).fill(0)),
      'x.json': coco({ images: [listed(9, 'a.jpg'), listed(1, 'b.png'), listed(2, 'b.jpg')] }),
    });
    const given = { classes, coco: { file: 'x.json' }, missingMask: 'empty' };
    const dataset = await folder.open(given);
    expect(dataset.ids).toEqual(['a', 'b', 'b.jpg']);
    expect((await dataset.read('b')).labels).toEqual(new Uint8Array(12));
    for (const id of ['a', 'b.jpg']) {
      await expect(dataset.read(id)).rejects.toMatchObject({ code: 'RAREMASK_COCO_NO_IMAGE_FILE' });
    }
    await folder.write('x.json', coco({ images: [listed(9, 'c.png')] }));
    await expect(folder.open(given)).rejects.toMatchObject({ code: 'RAREMASK_COCO_NO_IMAGE_FILE' });
  });

  it('such as two entries of one image are those of the image alone', async () => {
    const listed = (id: number, name: string) => ({ id, file_name: name, width: 4, height: 3 });
    await using folder = await Folder.with({
      'images/a.png': png(4, 3, new Array(12).fill(0)),
      'images/b.png': png(4, 3, new Array(12).fill(0)),
      'x.json': coco({ images: [listed(9, 'a.png'), listed(1, 'b.png'), listed(2, 'b.png')] }),
    });
    const dataset = await folder.open({ classes, coco: { file: 'x.json' } });
    expect((await dataset.read('a')).labels).toBeDefined();
    await expect(dataset.read('b')).rejects.toMatchObject({ code: broken });
  });

  it('such as a name that several images have are those of each of them', async () => {
    const listed = (id: number, name: string) => ({ id, file_name: name, width: 4, height: 3 });
    const image = png(4, 3, new Array(12).fill(0));
    await using folder = await Folder.with({
      'images/one/a.png': image,
      'images/two/a.png': image,
      'images/two/b.png': image,
      'images/c.png': image,
      'images/two/c.png': image,
      'x.json': coco({
        images: [
          listed(9, 'a.png'),
          listed(1, 'b.png'),
          listed(2, 'c.png'),
          listed(3, 'two/c.png'),
        ],
        annotations: [annotation({}), annotation({ image_id: 1 }), annotation({ image_id: 2 })],
      }),
    });
    const images = 'images/**/*.png';
    const given = { classes, coco: { file: 'x.json' }, images, missingMask: 'empty' };
    const dataset = await folder.open(given);
    for (const id of ['one/a', 'two/a']) {
      await expect(dataset.read(id)).rejects.toMatchObject({
        code: 'RAREMASK_COCO_AMBIGUOUS_IMAGE',
        message: expect.stringMatching(/images\[0\]\.file_name: .*one.a\.png.*two.a\.png/),
      });
    }
    const painted = async (id: string) => (await dataset.read(id)).labels!.includes(1);
    // Where one lies in the folder of all, it is the one without a folder.
    expect(await painted('two/b')).toBe(true);
    expect(await painted('c')).toBe(true);
    expect(await painted('two/c')).toBe(false);
  });

  it('and options without effect are refused', async () => {
    const file = { file: 'x.json' };
    await expect(validated({ classes, coco: file, ignore: 9 })).rejects.toThrow(/without effect/);
    const categories = { nothing: 'cell' };
    await expect(validated({ classes, coco: { ...file, categories } })).rejects.toThrow(/no class/);
  });
});

describe('masks with a channel for each class', () => {
  const overlapping = { overlapping: true, maskChannels: 'classes' };

  it('are read as overlapping classes in their order, alpha too', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(2, 1, [0, 0]),
      'masks/a.png': png(2, 1, [255, 0, 255, 255, 0, 255, 0, 0], { channels: 4 }),
    });
    const names = { one: 255, two: 255, three: 255, four: 255 };
    const { labels } = await (await folder.open({ ...overlapping, classes: names })).read('a');
    expect([...labels!]).toEqual([1, 0, 1, 1, 0, 1, 0, 0]);
  });

  it('must have as many as there are classes, with no other value', async () => {
    await using folder = await Folder.with({
      'images/a.png': png(2, 1, [0, 0]),
      'masks/a.png': png(2, 1, [255, 0, 9, 255, 0, 255], { channels: 3 }),
    });
    const two = await folder.open({ ...overlapping, classes: { one: 255, two: 255 } });
    await expect(two.read('a')).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_MASK_CHANNELS' });
    const classesOfThree = { one: 255, two: 255, three: 255 };
    const three = await folder.open({ ...overlapping, classes: classesOfThree });
    await expect(three.read('a')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
      message: expect.stringMatching(/9 at pixel \(x 0, y 0\)/),
    });
  });
});
