import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { expect, onTestFinished, test } from 'vitest';
import { propose } from '../src/proposing/propose.ts';

/** A folder of files: 2x2 images, or masks of four given values. */
function folderOf(files: Readonly<Record<string, readonly number[] | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-propose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      typeof content === 'string'
        ? content
        : encode({ width: 2, height: 2, data: Uint8Array.from(content), channels: 1, depth: 8 }),
    );
  }
  return folder;
}

const IMAGE = [1, 2, 3, 4];

async function optionsOf(files: Parameters<typeof folderOf>[0]) {
  const folder = folderOf(files);
  return (await propose(folder, folder))?.options;
}

test('pairs masks that are called as their images', async () => {
  expect(
    await optionsOf({
      'images/a.png': IMAGE,
      'images/b.png': IMAGE,
      'masks/a.png': [0, 0, 255, 0],
      'masks/b.png': [0, 0, 0, 0],
    }),
  ).toEqual({
    root: '.',
    images: 'images/*.png',
    masks: 'masks/{id}.png',
    classes: { background: 0, foreground: 255 },
  });
});

test('pairs by what stands before and behind the id, in one folder too', async () => {
  expect(
    await optionsOf({
      'a_image.png': IMAGE,
      'a_mask.png': [0, 1, 0, 0],
      'b_image.png': IMAGE,
      'b_mask.png': [0, 0, 0, 0],
    }),
  ).toMatchObject({ images: '{id}_image.png', masks: '{id}_mask.png' });
  expect(
    await optionsOf({
      'imgs/a.png': IMAGE,
      'imgs/b.png': IMAGE,
      'labels/gt-a.png': [0, 1, 0, 0],
      'labels/gt-b.png': [0, 0, 0, 0],
    }),
  ).toMatchObject({ images: 'imgs/*.png', masks: 'labels/gt-{id}.png' });
});

test('takes 255 beside small values for pixels that nobody has judged, and says so', async () => {
  const folder = folderOf({ 'images/a.png': IMAGE, 'masks/a.png': [0, 1, 2, 255] });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({
    classes: { background: 0, class_1: 1, class_2: 2 },
    ignore: 255,
  });
  expect(proposal?.remarks['data.with.classes']).toContain('assumed: 255 marks pixels');
});

test('takes images without a mask for empty ones, and says so', async () => {
  const folder = folderOf({
    'images/a.png': IMAGE,
    'images/b.png': IMAGE,
    'masks/a.png': [0, 1, 0, 0],
  });
  const proposal = await propose(folder, folder);
  expect(proposal?.options).toMatchObject({ missingMask: 'empty' });
  expect(proposal?.remarks['data.with.missingMask']).toContain('assumed: the 1 images');
});

test('groups names of one stem where no list says otherwise', async () => {
  const files = Object.fromEntries(
    ['p1', 'p2', 'p3', 'p4', 'p5'].flatMap((patient) =>
      [1, 2].flatMap((slice) => [
        [`images/${patient}_s${slice}.png`, IMAGE],
        [`masks/${patient}_s${slice}.png`, [0, 1, 0, 0]],
      ]),
    ),
  );
  const folder = folderOf(files);
  const { options, unlisted } = (await propose(folder, folder))!;
  expect(options).not.toHaveProperty('group');
  expect(new RegExp(unlisted!.options['group'] as string).exec('p3_s2')?.[1]).toBe('p3');
});

test('is no proposal where there is no mask', async () => {
  expect(await optionsOf({ 'images/a.jpg': 'x' })).toBeUndefined();
  expect(await optionsOf({ 'notes.txt': 'x' })).toBeUndefined();
});

test('masks of several endings are all paired', async () => {
  const files = {
    'images/a.png': IMAGE,
    'images/b.png': IMAGE,
    'images/c.png': IMAGE,
    'masks/a.png': [0, 0, 255, 0],
    'masks/b.tif': [0, 0, 0, 0],
    'masks/c.tif': [0, 255, 0, 0],
  };
  const options = await optionsOf(files);
  expect(options).toMatchObject({ images: 'images/*.png', masks: 'masks/{id}.{png,tif}' });
  expect(options).not.toHaveProperty('missingMask');
  // Two of one name: one of them is something else.
  expect(await optionsOf({ ...files, 'masks/b.png': [0, 0, 0, 0] })).toMatchObject({
    masks: 'masks/{id}.png',
    missingMask: 'empty',
  });
});

test('1 in some masks and 255 in others are one class, 255 beside 1 is not judged', async () => {
  const images = { 'images/a.png': IMAGE, 'images/b.png': IMAGE };
  expect(
    await optionsOf({ ...images, 'masks/a.png': [0, 1, 1, 0], 'masks/b.png': [0, 255, 0, 0] }),
  ).toMatchObject({ classes: { background: 0, foreground: [1, 255] } });
  expect(
    await optionsOf({ ...images, 'masks/a.png': [0, 1, 1, 0], 'masks/b.png': [0, 255, 1, 0] }),
  ).toMatchObject({ classes: { background: 0, foreground: 1 }, ignore: 255 });
});
