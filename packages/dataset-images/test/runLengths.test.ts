import { describe, expect, it } from 'vitest';
import { Folder, png, validated } from './folder.ts';

const classes = { background: 0, scratch: 1, patch: 2 };
const common = { file: 'train.csv', image: 'ImageId', pixels: 'EncodedPixels' };
const labelled = { ...common, class: 'ClassId', labels: { scratch: 1, patch: 2 } };

/** Images of 4 x 3 pixels, with a table; what the options say of it, and of the rest. */
async function opened(
  lines: readonly string[],
  runLengths: object = labelled,
  more: { readonly images?: readonly string[]; readonly [option: string]: unknown } = {},
) {
  const { images = ['a.png'], ...options } = more;
  const folder = await Folder.with({
    'train.csv': lines.join('\n'),
    ...Object.fromEntries(images.map((name) => [`images/${name}`, png(4, 3, new Uint8Array(12))])),
  });
  return { folder, open: () => folder.open({ classes, runLengths, ...options }) };
}

async function read(...given: Parameters<typeof opened>) {
  const { folder, open } = await opened(...given);
  await using _ = folder;
  const dataset = await open();
  return [...(await dataset.read(dataset.ids[0]!)).labels!];
}

const [head, short] = ['ImageId,ClassId,EncodedPixels', 'ImageId,EncodedPixels'];
const single = { classes: { background: 0, ship: 1 } };

describe('runs', () => {
  // Column by column: 1 to 3 is the first column, 4 to 6 the second one.
  it('are numbered from 1 down the columns', async () => {
    // 2 and 3: the lower two of the first column. 6 and 7: the last of the second, the first of the third.
    expect(await read([head, 'a.png,1,2 2 6 2'])).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
  });

  it('or along the rows', async () => {
    const labels = await read([head, 'a.png,2,2 2 6 2'], { ...labelled, order: 'rows' });
    expect(labels).toEqual([0, 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0]);
  });

  it('or from 0', async () => {
    const labels = await read([head, 'a.png,1,0 1 11 1'], { ...labelled, first: 0 });
    expect(labels).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('or from the end of the run before', async () => {
    // Nothing, the first pixel, one between, the third of the column; then none between, and two.
    const relative = { ...common, counting: 'relative' };
    const labels = await read([short, 'a.png,0 1 1 1 0 2'], relative, single);
    expect(labels).toEqual([1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]);
    const fromOne = await read([short, 'a.png,1 1 1 1'], { ...relative, first: 1 }, single);
    expect(fromOne).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  });

  it('of several rows are structures that are painted together, the smaller on top', async () => {
    const rows = [head, 'a.png,2,5 1', 'a.png,1,4 3', 'a.png,1,12 1'];
    expect(await read(rows)).toEqual([0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1]);
  });

  it('keep all their classes where these overlap', async () => {
    const overlapping = { overlapping: true, classes: { scratch: 1, patch: 1 } };
    const labels = await read([head, 'a.png,2,1 1', 'a.png,1,1 2'], labelled, overlapping);
    expect(labels.slice(0, 2)).toEqual([1, 1]);
    expect(labels.slice(8, 10)).toEqual([1, 0]);
  });

  it('are none in an empty cell, or one of -1, with spaces and line ends of any kind', async () => {
    for (const cell of ['', '-1', ' -1 \r']) {
      expect(await read([' ImageId , EncodedPixels', `a.png,${cell}`], common, single)).toEqual(
        new Array(12).fill(0),
      );
    }
    expect(await read([`\uFEFF${short}\r`, 'a.png, 1  1 \r', ''], common, single)).toContain(1);
  });
});

describe('images are found', () => {
  it.each([
    ['a.png', 'a'],
    ['A.PNG', 'a'],
    ['images/a.png', 'a'],
    ['./images/a', 'a'],
    ['b.c', 'b.c'],
    ['b.c.png', 'b.c'],
  ])('%s is that of %s', async (cell, id) => {
    const given = { ...single, images: ['a.png', 'b.c.png'], missingMask: 'empty' };
    const { folder, open } = await opened([short, `${cell},1 1`], common, given);
    await using _ = folder;
    const dataset = await open();
    expect(dataset.ids).toEqual(['a', 'b.c']);
    for (const one of dataset.ids) {
      expect((await dataset.read(one)).labels![0], one).toBe(one === id ? 1 : 0);
    }
  });

  it('by a name with the label behind it, wherever the two part', async () => {
    const joined = { ...common, image: 'Image_Label', names: '{id}_{class}' };
    const rows = ['Image_Label,EncodedPixels', 'a_b.png_large_scratch,1 1', 'a_b.png_patch,3 1'];
    const given = { ...joined, labels: { scratch: 'large_scratch' } };
    expect(await read(rows, given, { images: ['a_b.png'] })).toEqual([
      1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0,
    ]);
    // Of images a and a_large, the label scratch is known, and large_scratch is not.
    const { folder, open } = await opened(
      ['Image_Label,EncodedPixels', 'a_large_scratch,1 1', 'a_patch,'],
      joined,
      { images: ['a.png', 'a_large.png'] },
    );
    await using _ = folder;
    const dataset = await open();
    expect((await dataset.read('a')).labels).not.toContain(1);
    expect((await dataset.read('a_large')).labels).toContain(1);
  });

  it('by what placeholders stand for', async () => {
    await using folder = await Folder.with({
      'train.csv': 'id,class,runs\nc1_d2_slice_1,scratch,1 1',
      'train/c1/c1_d2/slice_1_4_3.png': png(4, 3, new Uint8Array(12)),
      'train/c1/c1_d2/slice_2_4_3.png': png(4, 3, new Uint8Array(12)),
    });
    const dataset = await folder.open({
      classes,
      images: 'train/{case}/{day}/{id}_*_*.png',
      missingMask: 'empty',
      runLengths: {
        ...{ file: 'train.csv', image: 'id', class: 'class', pixels: 'runs' },
        names: '{day}_{id}',
      },
    });
    expect(dataset.ids).toEqual(['c1/c1_d2/slice_1', 'c1/c1_d2/slice_2']);
    expect((await dataset.read('c1/c1_d2/slice_1')).labels![0]).toBe(1);
    expect((await dataset.read('c1/c1_d2/slice_2')).labels![0]).toBe(0);
  });

  it('or the name of several is a mistake of all of them', async () => {
    await using folder = await Folder.with({
      'train.csv': `${short}\na.png,1 1\nc.png,1 1`,
      'images/x/a.png': png(4, 3, new Uint8Array(12)),
      'images/y/a.png': png(4, 3, new Uint8Array(12)),
      'images/y/c.png': png(4, 3, new Uint8Array(12)),
    });
    const given = { ...single, images: 'images/**/*.png', runLengths: common };
    const dataset = await folder.open(given);
    expect((await dataset.read('y/c')).labels![0]).toBe(1);
    for (const id of ['x/a', 'y/a']) {
      await expect(dataset.read(id)).rejects.toMatchObject({
        code: 'RAREMASK_RUN_LENGTHS_BROKEN',
        message: expect.stringMatching(/line 2, column ImageId: .*the name of one image.* or /),
      });
    }
  });
});

describe('a row is refused', () => {
  const broken = 'RAREMASK_RUN_LENGTHS_BROKEN';
  it.each([
    ['with an odd count of numbers', '1 2 3', /pairs of a start and a length.*Got: 3 numbers/],
    ['with a length of 0', '1 2 5 0', /lengths of at least 1.*Got: run 2: 5 0/],
    ['with a negative number', '1 -2', /whole numbers .*Got: -2/],
    ['with a fraction', '1 2.5', /whole numbers .*Got: 2\.5/],
    ['with commas', '"1,2"', /whole numbers .*Got: 1,2/],
    ['with a start before the first', '0 2', /a start of at least 1.*Got: run 1: 0 2/],
    ['with runs that overlap', '1 3 3 2', /do not overlap: a start of at least 4.*run 2: 3 2/],
    ['with runs out of order', '7 1 2 1', /in their order.*at least 8.*Got: run 2: 2 1/],
    ['with words', 'none', /whole numbers .*Got: none/],
  ])('%s', async (_, cell, message) => {
    await expect(read([head, 'a.png,2,', `a.png,1,${cell}`])).rejects.toMatchObject({
      code: broken,
      category: 'data',
      message: expect.stringMatching(message),
    });
    await expect(read([head, `a.png,1,${cell}`])).rejects.toThrow(
      /train\.csv: line 2, column EncodedPixels: this row cannot be used/,
    );
  });

  it('with runs beyond the image', async () => {
    expect(await read([head, 'a.png,1,12 1'])).toContain(1);
    await expect(read([head, 'a.png,2,1 1', 'a.png,1,12 2'])).rejects.toMatchObject({
      code: 'RAREMASK_RUN_LENGTHS_BEYOND_IMAGE',
      message: expect.stringMatching(
        /line 3, column EncodedPixels: .*at most 12 pixels \(4 x 3.*Got: runs that reach over 13/,
      ),
    });
  });

  it('that stands there twice, or beside one that says that nothing is there', async () => {
    const twice = [head, 'a.png,1,1 2', 'a.png,2,1 2', 'a.png,1,1  2'];
    await expect(read(twice)).rejects.toThrow(/line 4, .*every row once.*Got: line 2 and line 4/);
    const empty = [head, 'a.png,1,', 'a.png,1,'];
    await expect(read(empty)).rejects.toThrow(/every row once/);
    const both = [head, 'a.png,1,1 2', 'a.png,1,-1'];
    await expect(read(both)).rejects.toThrow(/line 3, .*either structures, or one row without/);
    expect(await read([head, 'a.png,1,1 2', 'a.png,2,'])).toContain(1);
  });

  it.each([
    ['without an image', [short, ',1 2'], /line 2, column ImageId: .*the name of an image/],
    ['cut off', [short, 'a.png'], /line 2: .*2 cells, as in the first line.*Got: 1/],
    ['with cells too many', [short, 'a.png,1,2'], /line 2: .*2 cells.*Got: 3/],
  ])('%s', async (_, lines, message) => {
    await expect(read(lines, common, single)).rejects.toMatchObject({
      code: broken,
      message: expect.stringMatching(message),
    });
  });

  it('whose name does not hold its label', async () => {
    const joined = { ...common, names: '{id}_{class}' };
    await expect(read([short, 'a.png,1 2'], joined)).rejects.toThrow(
      /line 2, column ImageId: .*a name as \{id\}_\{class\}.*Got: a\.png/,
    );
  });

  it('of a label without a class, unless such are background', async () => {
    const rows = [head, 'a.png,1,1 1', 'a.png,3,2 1'];
    await expect(read(rows)).rejects.toMatchObject({
      code: 'RAREMASK_RUN_LENGTHS_UNMAPPED_LABEL',
      message: expect.stringMatching(/line 3, column ClassId: no class stands for the label 3/),
    });
    const labels = await read(rows, { ...labelled, others: 'background' });
    expect(labels.filter((label) => label > 0)).toEqual([1]);
  });
});

describe('a table', () => {
  it('without a column is refused', async () => {
    for (const [option, value] of Object.entries({ image: 'x', class: 'y', pixels: 'z' })) {
      await expect(read([head], { ...labelled, [option]: value })).rejects.toMatchObject({
        code: 'RAREMASK_IMAGES_NO_COLUMN',
        message: expect.stringMatching(
          new RegExp(`no column ${value}.*ImageId, ClassId, EncodedPixels.*runLengths`),
        ),
      });
    }
    await expect(read([''])).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_NO_COLUMN' });
    await expect(read([head, '"a'])).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_CANNOT_READ' });
  });

  it('without a row for an image is a mistake of that image, or it is empty where that is meant', async () => {
    const rows = [head, 'a.png,1,1 1'];
    const images = ['a.png', 'b.png'];
    const { folder, open } = await opened(rows, labelled, { images });
    await using _ = folder;
    const dataset = await open();
    expect((await dataset.read('a')).labels).toContain(1);
    await expect(dataset.read('b')).rejects.toMatchObject({
      code: 'RAREMASK_RUN_LENGTHS_NO_ROW',
      message: expect.stringMatching(/b\.png: 1 of 1 images have no row.*missingMask: empty/),
    });
    const given = { classes, runLengths: labelled, missingMask: 'empty' };
    expect((await (await folder.open(given)).read('b')).labels).toEqual(new Uint8Array(12));
  });

  it('with rows of images that are not there has samples of its own for them', async () => {
    const rows = [short, 'a.png,1 1', 'b.png,1 1', 'b.png,3 1', 'c,'];
    const { folder, open } = await opened(rows, common, single);
    await using _ = folder;
    const dataset = await open();
    expect(dataset.ids).toEqual(['a', 'b', 'c']);
    expect((await dataset.read('a')).labels).toContain(1);
    await expect(dataset.read('b')).rejects.toMatchObject({
      code: 'RAREMASK_RUN_LENGTHS_NO_IMAGE_FILE',
      message: expect.stringMatching(
        /line 3, column ImageId: .*images.a\.png.*Got: b\.png, one of 2 such names/,
      ),
    });
  });

  it('of none of the images is refused, also where images without a row are empty', async () => {
    for (const missingMask of ['error', 'empty']) {
      await expect(
        read([short, 'x.png,1 1'], common, { ...single, missingMask }),
      ).rejects.toMatchObject({ code: 'RAREMASK_RUN_LENGTHS_NO_IMAGE_FILE' });
    }
  });

  it('that changes changes the fingerprint of its images', async () => {
    const images = ['a.png', 'b.png'];
    const given = { ...single, images, missingMask: 'empty' };
    const { folder, open } = await opened([short, 'a.png,1 1'], common, given);
    await using _ = folder;
    const before = await open();
    const [ofA, ofB] = [await before.fingerprint!('a'), await before.fingerprint!('b')];
    await folder.write('train.csv', [short, 'a.png,1 1', 'b.png,1 1'].join('\n'));
    expect(await before.fingerprint!('a')).not.toBe(ofA);
    expect(await (await open()).fingerprint!('b')).not.toBe(ofB);
  });

  it('goes to reading threads as plain data, each image with its own runs alone', async () => {
    const { folder, open } = await opened([short, 'a.png,1 1 5 2'], common, single);
    await using _ = folder;
    const dataset = await open();
    const { annotated } = structuredClone(dataset.source!('a')) as {
      annotated: { found: { instances: { outline: { runs: Uint32Array } }[] } };
    };
    const { runs } = annotated.found.instances[0]!.outline;
    expect([[...runs], runs.buffer.byteLength]).toEqual([[0, 1, 3, 2], 16]);
  });
});

it('runs that lie beside each other in the other order are told', async () => {
  // A bar of 20 rows, three wide, in an image of 5 x 24.
  const cell = Array.from({ length: 20 }, (_, row) => `${row * 5 + 2} 3`).join(' ');
  await using folder = await Folder.with({
    'train.csv': `${short}\na.png,${cell}\n`,
    'images/a.png': png(5, 24, new Uint8Array(120)),
  });
  await folder.open({ ...single, runLengths: { ...common, order: 'rows' } });
  expect(folder.warnings).toEqual([]);
  await folder.open({ ...single, runLengths: common });
  expect(folder.warnings).toEqual([
    expect.stringMatching(/^19 runs .* along the rows, and 0 as .*set order: rows$/),
  ]);
});

describe('options are refused', () => {
  it.each([
    ['beside coco', { runLengths: common, coco: { file: 'x' } }, /runLengths: takes the place/],
    ['several classes without labels', { runLengths: common }, /runLengths.class: must name/],
    [
      'labels that no column holds',
      { ...single, runLengths: { ...common, labels: { ship: 1 } } },
      /runLengths.labels: is without effect/,
    ],
    [
      'labels twice',
      { runLengths: { ...labelled, names: '{id}_{class}' } },
      /runLengths.class: is without effect/,
    ],
    ['names without {id}', { runLengths: { ...labelled, names: 'x' } }, /names: must hold \{id\}/],
    [
      'labels in front',
      { runLengths: { ...common, names: '{class}_{id}' } },
      /names: must hold .* at its end/,
    ],
    [
      'nothing between name and label',
      { runLengths: { ...common, names: '{id}{class}' } },
      /names: must hold .* behind a text/,
    ],
    [
      'another placeholder than those of images',
      { runLengths: { ...labelled, names: '{part}_{id}' } },
      /names: holds \{part\}, which images does not hold/,
    ],
    [
      'a class that is none',
      { runLengths: { ...labelled, labels: { rust: 1 } } },
      /runLengths.labels.rust: is no class/,
    ],
    ['an ignored value', { ignore: 9, runLengths: labelled }, /ignore: is without effect/],
  ])('%s', async (_, raw, message) => {
    await expect(validated({ classes, ...raw })).rejects.toThrow(message);
  });
});
