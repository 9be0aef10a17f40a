import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Folder, onlySample, png } from './folder.ts';

const classes = { background: 0, lesion: 255 };
const image = png(2, 1, [10, 20]);
const mask = png(2, 1, [0, 255]);

describe('ids', () => {
  it('are file names without extension, in the order of their characters', async () => {
    await using folder = await Folder.with({
      'images/b.png': image,
      'images/a.tile.png': image,
      'images/B.png': image,
      'masks/b.png': mask,
      'masks/a.tile.png': mask,
      'masks/B.png': mask,
    });
    expect((await folder.open({ classes })).ids).toEqual(['B', 'a.tile', 'b']);
  });

  it('are paths below the firm part of a pattern with **', async () => {
    await using folder = await Folder.with({
      'images/p1/a.png': image,
      'images/p2/a.png': image,
      'masks/p1/a.png': mask,
      'masks/p2/a.png': mask,
    });
    const dataset = await folder.open({ classes, images: 'images/**/*.png' });
    expect(dataset.ids).toEqual(['p1/a', 'p2/a']);
    expect(dataset.files!('p2/a')).toEqual({
      image: join(folder.path, 'images/p2/a.png'),
      mask: join(folder.path, 'masks/p2/a.png'),
    });
  });

  it('are what {id} stands for where the pattern of images has it', async () => {
    await using folder = await Folder.with({
      'case1/scan.png': image,
      'case2/scan.png': image,
      'case1/truth.png': mask,
      'case2/truth.png': mask,
    });
    const dataset = await folder.open({
      classes,
      images: '{id}/scan.png',
      masks: '{id}/truth.png',
    });
    expect(dataset.ids).toEqual(['case1', 'case2']);
  });

  it('may stand twice in a pattern, for the same text', async () => {
    await using folder = await Folder.with({
      'case1/case1.png': image,
      'case1/case2.png': image,
      'case1/case1_mask.png': mask,
    });
    const dataset = await folder.open({
      classes,
      images: '{id}/{id}.png',
      masks: '{id}/{id}_mask.png',
    });
    expect(dataset.ids).toEqual(['case1']);
  });

  it('leave out pictures of installed packages, unless the pattern names them', async () => {
    await using folder = await Folder.with({
      'a.png': image,
      'a_mask.png': mask,
      'node_modules/viewer/logo.png': image,
      'node_modules/viewer/logo_mask.png': mask,
      'tool/node_modules/viewer/logo.png': image,
    });
    const reading = { classes, masks: '{id}_mask.png' };
    expect((await folder.open({ ...reading, images: '**/*.png' })).ids).toEqual(['a']);
    const meant = 'node_modules/viewer/*o.png';
    const named = await folder.open({
      classes,
      images: meant,
      masks: 'node_modules/viewer/{id}_mask.png',
    });
    expect(named.ids).toEqual(['logo']);
    expect((await folder.openImages(folder.path, { classes })).ids).toEqual(['a', 'a_mask']);
  });

  it('leave out masks that lie among the images', async () => {
    await using folder = await Folder.with({ 'a.png': image, 'a_mask.png': mask });
    const dataset = await folder.open({ classes, images: '*.png', masks: '{id}_mask.png' });
    expect(dataset.ids).toEqual(['a']);
    expect((await onlySample(dataset)).labels).toEqual(Uint8Array.of(0, 1));
    expect(folder.warnings).toEqual([]);
  });

  it('may hold characters that mean something in globs and in replacements', async () => {
    await using folder = await Folder.with({
      'images/a[1] $& (x).png': image,
      'masks/a[1] $& (x).png': mask,
    });
    const dataset = await folder.open({ classes });
    expect(dataset.ids).toEqual(['a[1] $& (x)']);
    expect((await onlySample(dataset)).labels).toEqual(Uint8Array.of(0, 1));
  });

  it('must not repeat', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/a.jpg': image,
      'masks/a.png': mask,
    });
    await expect(folder.open({ classes })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_DUPLICATE_ID',
      category: 'data',
      message: expect.stringMatching(/two images have the id a; the other one is .*a\.jpg/),
    });
  });

  it('are refused by read where no image has them', async () => {
    await using folder = await Folder.with({ 'images/a.png': image, 'masks/a.png': mask });
    await expect((await folder.open({ classes })).read('b')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_UNKNOWN_ID',
      category: 'data',
    });
  });
});

describe('a folder', () => {
  it('that does not exist is named', async () => {
    await using folder = await Folder.with({});
    await expect(folder.open({ classes, root: 'nowhere' })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_FOLDER',
      message: expect.stringContaining(join(folder.path, 'nowhere')),
    });
  });

  it('that is empty says so', async () => {
    await using folder = await Folder.with({});
    await expect(folder.open({ classes })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NONE',
      category: 'data',
      message: expect.stringContaining('an empty folder'),
    });
  });

  it('without a match shows what is there', async () => {
    await using folder = await Folder.with({ 'images/a.webp': 'x' });
    await expect(folder.open({ classes })).rejects.toThrow('other files: images/a.webp');
  });
});

describe('a missing mask', () => {
  it('breaks its image alone, and says where it was looked for', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/b.png': image,
      'masks/a.png': mask,
    });
    const dataset = await folder.open({ classes });
    expect(dataset.ids).toEqual(['a', 'b']);
    expect((await dataset.read('a')).labels).toBeDefined();
    await expect(dataset.read('b')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_MASK',
      message: expect.stringMatching(/b\.png.*Expected: .*masks.b\.png/),
    });
  });

  it('is an error that counts them where no image has one', async () => {
    await using folder = await Folder.with({ 'images/a.png': image, 'images/b.png': image });
    await expect(folder.open({ classes })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_MASK',
      message: expect.stringMatching(/2 of 2 images have no mask. Expected: .*masks.a\.png/),
    });
  });

  it('is background with missingMask: empty', async () => {
    await using folder = await Folder.with({ 'images/a.png': image });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    expect((await onlySample(dataset)).labels).toEqual(Uint8Array.of(0, 0));
    expect(dataset.files!('a')).toEqual({ image: join(folder.path, 'images/a.png') });
  });
});

describe('names that differ in the case of letters or in their Unicode form', () => {
  const composed = 'M\u00fcller';
  const decomposed = 'Mu\u0308ller';

  it('are matched, and said', async () => {
    await using folder = await Folder.with({
      [`images/${composed}.png`]: image,
      'images/b.PNG': image,
      [`masks/${decomposed}.png`]: mask,
      'masks/B.png': mask,
    });
    for (const missingMask of ['error', 'empty']) {
      folder.warnings.length = 0;
      const dataset = await folder.open({ classes, missingMask });
      expect(dataset.ids).toEqual([composed, 'b']);
      for (const id of dataset.ids) {
        expect([...(await dataset.read(id)).labels!]).toEqual([0, 1]);
      }
      expect(folder.warnings).toEqual([
        expect.stringMatching(/^2 masks are called as their images/),
      ]);
    }
  });

  it('leave each image its own where both are there', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/A.png': image,
      'masks/a.png': mask,
    });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    expect([...(await dataset.read('a')).labels!]).toEqual([0, 1]);
    expect([...(await dataset.read('A')).labels!]).toEqual([0, 0]);
  });

  it('are not called empty: masks without an image are named with those that miss one', async () => {
    await using folder = await Folder.with({
      'images/scan1.png': image,
      'masks/scan01.png': mask,
    });
    const refused = folder.open({ classes });
    await expect(refused).rejects.toMatchObject({ code: 'RAREMASK_IMAGES_NO_MASK' });
    await expect(refused).rejects.toThrow(/1 masks belong to no image: .*scan01\.png/);
    await expect(refused).rejects.not.toThrow(/missingMask: empty/);
  });
});

describe('masks of several endings', () => {
  const masks = 'masks/{id}.{png,tif}';

  it('are found by a pattern with alternatives', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/b.png': image,
      'masks/a.png': mask,
      'masks/b.tif': mask,
    });
    const dataset = await folder.open({ classes, masks });
    expect(dataset.ids).toEqual(['a', 'b']);
    expect(dataset.files!('b')).toMatchObject({ mask: join(folder.path, 'masks/b.tif') });
    expect(folder.warnings).toEqual([]);
  });

  it('must not be two of one image, and each is named where none is there', async () => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'images/b.png': image,
      'masks/a.png': mask,
      'masks/a.tif': mask,
      'masks/b.png': mask,
    });
    const dataset = await folder.open({ classes, masks });
    await expect(dataset.read('b')).resolves.toBeTruthy();
    await expect(dataset.read('a')).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_SEVERAL_MASKS',
      message: expect.stringMatching(/a\.png.*masks.a\.png, .*masks.a\.tif/),
    });
    await expect(folder.open({ classes, masks: 'truth/{id}.{png,tif}' })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_MASK',
      message: expect.stringMatching(/truth.a\.png or .*truth.a\.tif/),
    });
  });
});

it('warns of masks without an image', async () => {
  await using folder = await Folder.with({
    'images/a.png': image,
    'masks/a.png': mask,
    'masks/b.png': mask,
  });
  await folder.open({ classes });
  expect(folder.warnings).toEqual([
    `1 masks belong to no image and are not used, for example ${join(folder.path, 'masks/b.png')}`,
  ]);
});

describe('group', () => {
  const files = {
    'images/p1_a.png': image,
    'images/p2_a.png': image,
    'masks/p1_a.png': mask,
    'masks/p2_a.png': mask,
  };

  it('is what the regular expression captures', async () => {
    await using folder = await Folder.with(files);
    const dataset = await folder.open({ classes, group: '^(p\\d)_' });
    expect(dataset.ids.map((id) => dataset.group(id))).toEqual(['p1', 'p2']);
  });

  it('is undefined without the option', async () => {
    await using folder = await Folder.with(files);
    expect((await folder.open({ classes })).group('p1_a')).toBeUndefined();
  });

  it('of images to predict is told as far as it is known', async () => {
    await using folder = await Folder.with({ ...files, 'new/p7_x.png': image, 'new/q.png': image });
    const known = async (group: unknown) => {
      const dataset = await folder.openImages(join(folder.path, 'new'), { classes, group });
      return dataset.ids.map((id) => dataset.group(id));
    };
    expect(await known('^(p\\d)_')).toEqual(['p7', undefined]);
    expect(await known({ file: 'gone.csv', column: 'patient' })).toEqual([undefined, undefined]);
  });

  it('must match every id', async () => {
    await using folder = await Folder.with(files);
    await expect(folder.open({ classes, group: '^(p1)_' })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_GROUP',
      message: expect.stringContaining('p2_a'),
    });
  });

  it('comes from a column of a CSV file', async () => {
    await using folder = await Folder.with({
      ...files,
      'cases.csv': '\uFEFFname,patient\r\np1_a,"Doe, ""J"""\r\n\r\np2_a,Roe\r\n',
    });
    const group = { file: 'cases.csv', id: 'name', column: 'patient' };
    const dataset = await folder.open({ classes, group });
    expect(dataset.ids.map((id) => dataset.group(id))).toEqual(['Doe, "J"', 'Roe']);
  });

  it('names a missing column, line and file', async () => {
    await using folder = await Folder.with({ ...files, 'cases.csv': 'id,patient\np1_a,1\n' });
    const group = (more: object) =>
      folder.open({ classes, group: { file: 'cases.csv', column: 'patient', ...more } });
    await expect(group({ column: 'tile' })).rejects.toThrow(
      'there is no column tile. Expected: one of the columns id, patient',
    );
    await expect(group({})).rejects.toThrow('nothing for p2_a');
    await expect(group({ file: 'gone.csv' })).rejects.toThrow('the file is gone');
  });
});

it('says its remark among its facts', async () => {
  await using folder = await Folder.with({ 'images/a.png': image, 'masks/a.png': mask });
  const remark = 'synthetic images';
  expect((await folder.open({ classes, remark })).facts.remark).toBe(remark);
  expect((await folder.open({ classes })).facts).not.toHaveProperty('remark');
});

it("passes on the notice of the set's own dataset.json, unless a remark is given", async () => {
  await using folder = await Folder.with({
    'images/a.png': image,
    'masks/a.png': mask,
    'dataset.json': JSON.stringify({ notice: 'SYNTHETIC' }),
  });
  expect((await folder.open({ classes })).facts.remark).toBe('SYNTHETIC');
  expect((await folder.open({ classes, remark: 'mine' })).facts.remark).toBe('mine');
});

it.each(['{', '[]', '{"name": "another tool\'s"}', '{"notice": 3}'])(
  'says nothing for a dataset.json that holds %s',
  async (text) => {
    await using folder = await Folder.with({
      'images/a.png': image,
      'masks/a.png': mask,
      'dataset.json': text,
    });
    expect((await folder.open({ classes })).facts).not.toHaveProperty('remark');
  },
);

it('changes the fingerprint with either file', async () => {
  await using folder = await Folder.with({ 'images/a.png': image, 'masks/a.png': mask });
  const dataset = await folder.open({ classes });
  const first = await dataset.fingerprint!('a');
  expect(await dataset.fingerprint!('a')).toBe(first);
  await utimes(join(folder.path, 'masks/a.png'), 1, 1);
  const second = await dataset.fingerprint!('a');
  expect(second).not.toBe(first);
  await folder.write('images/a.png', png(2, 1, [1, 2], { depth: 16 }));
  expect(await dataset.fingerprint!('a')).not.toBe(second);
});

describe('openImages', () => {
  it('finds images of any folder below, without labels', async () => {
    await using folder = await Folder.with({
      'new/a.png': image,
      'new/deep/B.PNG': image,
      'new/notes.txt': 'x',
    });
    const dataset = await folder.openImages(join(folder.path, 'new'), { classes });
    expect(dataset.ids).toEqual(['a', 'deep/B']);
    expect(await dataset.read('a')).toEqual({
      id: 'a',
      size: [1, 2],
      image: Uint8Array.of(10, 20),
      pixelSize: { said: 'no pixel size' },
    });
    expect(dataset.facts.classes).toEqual([
      { name: 'background', value: 0 },
      { name: 'lesion', value: 255 },
    ]);
  });

  it('opens one file', async () => {
    await using folder = await Folder.with({ 'new/a.png': image });
    const dataset = await folder.openImages(join(folder.path, 'new/a.png'), { classes });
    expect((await onlySample(dataset)).id).toBe('a');
  });

  it('names a path that does not exist', async () => {
    await using folder = await Folder.with({});
    await expect(folder.openImages(join(folder.path, 'gone'), { classes })).rejects.toMatchObject({
      code: 'RAREMASK_IMAGES_NO_SUCH_PATH',
    });
  });
});
