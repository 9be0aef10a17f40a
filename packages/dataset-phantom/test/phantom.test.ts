import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { generatePhantom, type PhantomOptions } from '../src/index.ts';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'raremask-phantom-'));
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

/** A set that takes few milliseconds. */
function small(options: Partial<PhantomOptions> = {}): PhantomOptions {
  return { out: join(place, 'data'), cases: 6, slicesPerCase: 8, size: 32, ...options };
}

async function contents(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    hashes.set(
      path.slice(folder.length + 1),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  }
  return new Map([...hashes].sort());
}

async function lines(...path: string[]): Promise<string[]> {
  return (await readFile(join(place, ...path), 'utf8')).trimEnd().split('\n');
}

describe('the same options', () => {
  test('give the same bytes in another folder', async () => {
    await generatePhantom(small({ out: join(place, 'one') }));
    await generatePhantom(small({ out: join(place, 'two') }));
    expect(await contents(join(place, 'one'))).toEqual(await contents(join(place, 'two')));
  });

  test('leave a set as it is', async () => {
    const first = await generatePhantom(small());
    const before = await contents(join(place, 'data'));
    const again = await generatePhantom(small());
    expect(again).toEqual({ ...first, status: 'up to date' });
    expect(await contents(join(place, 'data'))).toEqual(before);
  });

  test('mend a set of which a file is missing or altered', async () => {
    await generatePhantom(small());
    const before = await contents(join(place, 'data'));
    await rm(join(place, 'data', 'masks', 'phantom02_z03.png'));
    expect((await generatePhantom(small())).status).toBe('replaced');
    expect(await contents(join(place, 'data'))).toEqual(before);
    await writeFile(join(place, 'data', 'train.txt'), 'phantom01_z00\n');
    expect((await generatePhantom(small())).status).toBe('replaced');
    expect(await contents(join(place, 'data'))).toEqual(before);
  });

  test('with another seed give other images', async () => {
    const first = await generatePhantom(small({ out: join(place, 'one') }));
    const second = await generatePhantom(small({ out: join(place, 'two'), seed: 8 }));
    expect(first.sha256).not.toBe(second.sha256);
    const image = (set: string) => readFile(join(place, set, 'images', 'phantom01_z00.png'));
    expect((await image('one')).equals(await image('two'))).toBe(false);
  });
});

describe('the files', () => {
  test('are those that a folder data set expects, and no others', async () => {
    await generatePhantom(small());
    const names = [...(await contents(join(place, 'data'))).keys()];
    const images = names.filter((name) => name.startsWith('images/'));
    expect(images).toHaveLength(48);
    expect(names.filter((name) => !name.startsWith('images/')).sort()).toEqual(
      [
        ...images.map((name) => name.replace('images/', 'masks/')),
        ...['train.txt', 'val.txt', 'test.txt', 'split.csv', 'DATA.md', 'dataset.json'],
      ].sort(),
    );
    expect(await readdir(place)).toEqual(['data']);
  });

  test.each([8, 16] as const)(
    'are grey images of %i bits, with masks of 0 and 255',
    async (bits) => {
      await generatePhantom(small({ bits }));
      for (const name of await readdir(join(place, 'data', 'images'))) {
        const image = decode(await readFile(join(place, 'data', 'images', name)));
        const mask = decode(await readFile(join(place, 'data', 'masks', name)));
        expect(image).toMatchObject({ width: 32, height: 32, channels: 1, depth: bits });
        expect(mask).toMatchObject({ width: 32, height: 32, channels: 1, depth: 8 });
        expect([...new Set(mask.data)].every((value) => value === 0 || value === 255)).toBe(true);
        // Air and tissue: an image uses most of its range.
        const shown = Math.max(...image.data);
        expect(shown).toBeGreaterThan(0.6 * (2 ** bits - 1));
        expect(shown).toBeLessThanOrEqual(2 ** bits - 1);
      }
    },
  );

  test('say that they are synthetic', async () => {
    await generatePhantom(small());
    const png = decode(await readFile(join(place, 'data', 'images', 'phantom01_z00.png')));
    expect(png.text.Comment).toContain('SYNTHETIC');
    expect(await readFile(join(place, 'data', 'DATA.md'), 'utf8')).toContain('SYNTHETIC');
    const marker = JSON.parse(await readFile(join(place, 'data', 'dataset.json'), 'utf8'));
    expect(marker).toMatchObject({ synthetic: true, recipe: { seed: 7, cases: 6 } });
  });

  test('are counted by split.csv, DATA.md and the summary alike', async () => {
    const summary = await generatePhantom(small());
    const rows = (await lines('data', 'split.csv')).slice(1).map((line) => line.split(','));
    expect(rows).toHaveLength(summary.images);
    let empty = 0;
    for (const [id, split, , mask, , , pixels, , isEmpty, group] of rows) {
      const { data } = decode(await readFile(join(place, 'data', mask!)));
      const foreground = [...data].filter((value) => value === 255).length;
      expect(Number(pixels)).toBe(foreground);
      expect(isEmpty).toBe(foreground === 0 ? '1' : '0');
      expect(id!.startsWith(`${group}_z`)).toBe(true);
      expect(await lines('data', `${split}.txt`)).toContain(id);
      if (foreground === 0) empty++;
    }
    expect(summary.emptyImages).toBe(empty);
    expect(summary.emptyShare).toBe(empty / 48);
    const description = await readFile(join(place, 'data', 'DATA.md'), 'utf8');
    expect(description).toContain(`images: 48, of which without a nodule: ${empty}`);
  });
});

describe('the split', () => {
  test('never cuts through a case, and leaves no slice out', async () => {
    const summary = await generatePhantom(small({ cases: 9 }));
    const casesOf = async (name: string) =>
      new Set((await lines('data', `${name}.txt`)).map((id) => id.split('_')[0]!));
    const [train, val, test] = [
      await casesOf('train'),
      await casesOf('val'),
      await casesOf('test'),
    ];
    // 9 cases: 0.2 x 9 = 1.8 -> 2 for val, 0.125 x 9 = 1.125 -> 1 for test, 6 are left.
    expect([train.size, val.size, test.size]).toEqual([6, 2, 1]);
    expect(new Set([...train, ...val, ...test]).size).toBe(9);
    expect(summary.splits).toMatchObject({
      train: { cases: 6, images: 48 },
      val: { cases: 2, images: 16 },
      test: { cases: 1, images: 8 },
    });
  });

  test('has slices with and without a nodule in training and in validation', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { splits } = await generatePhantom(
        small({ out: join(place, `${seed}`), seed, cases: 10 }),
      );
      for (const { images, emptyImages } of [splits.train, splits.val]) {
        expect(emptyImages).toBeGreaterThan(0);
        expect(emptyImages).toBeLessThan(images);
      }
    }
  });
});

describe('the share of slices with a nodule', () => {
  test.each([
    [0.05, 0.3],
    ...further('larger shares', [
      [0.2, 0.7],
      [0.35, 1],
    ] as const),
  ] as const)('is %f within 0.02', async (noduleSliceShare, noduleCaseShare) => {
    for (const seed of [1, 2, 3]) {
      const summary = await generatePhantom(
        small({
          out: join(place, `${seed}`),
          seed,
          cases: 20,
          slicesPerCase: 16,
          noduleSliceShare,
          noduleCaseShare,
        }),
      );
      expect(Math.abs(1 - summary.emptyShare - noduleSliceShare)).toBeLessThan(0.02);
    }
  });

  test('is 0 in the cases that have none', async () => {
    await generatePhantom(small({ cases: 10, noduleCaseShare: 0.4 }));
    const rows = (await lines('data', 'split.csv')).slice(1).map((line) => line.split(','));
    const withNodules = new Set(rows.filter((row) => row[8] === '0').map((row) => row[9]));
    expect(withNodules.size).toBe(4);
  });
});

describe('a folder', () => {
  test('with a set of other options is replaced', async () => {
    await generatePhantom(small({ cases: 8 }));
    const summary = await generatePhantom(small());
    expect(summary.status).toBe('replaced');
    expect(await readdir(join(place, 'data', 'images'))).toHaveLength(48);
    expect(await readdir(place)).toEqual(['data']);
  });

  test('that is empty is taken', async () => {
    await mkdir(join(place, 'data'));
    expect((await generatePhantom(small())).status).toBe('created');
  });

  test('with anything else in it is refused and left alone', async () => {
    await mkdir(join(place, 'data'));
    await writeFile(join(place, 'data', 'thesis.txt'), 'years of work');
    await expect(generatePhantom(small())).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_FOREIGN_FOLDER',
      message: expect.stringContaining('Got: thesis.txt'),
    });
    expect(await lines('data', 'thesis.txt')).toEqual(['years of work']);
    expect(await readdir(place)).toEqual(['data']);
  });

  test('with a set and a file beside it is refused and left alone', async () => {
    await generatePhantom(small());
    await writeFile(join(place, 'data', 'masks', 'notes.csv'), 'mine');
    await expect(generatePhantom(small({ seed: 8 }))).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_FOREIGN_FOLDER',
      message: expect.stringContaining('Got: masks/notes.csv'),
    });
    expect(await lines('data', 'masks', 'notes.csv')).toEqual(['mine']);
  });

  test('with a dataset.json of someone else is refused', async () => {
    await mkdir(join(place, 'data'));
    await writeFile(join(place, 'data', 'dataset.json'), '{"name":"Task06_Lung"}');
    await expect(generatePhantom(small())).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_FOREIGN_FOLDER',
    });
  });

  test('that is the current one is refused', async () => {
    await expect(generatePhantom(small({ out: '.' }))).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_CURRENT_FOLDER',
    });
  });

  test('that is a file is refused', async () => {
    await writeFile(join(place, 'data'), 'a file');
    await expect(generatePhantom(small())).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_NOT_WRITABLE',
    });
    expect(await lines('data')).toEqual(['a file']);
  });

  test('whose parents do not exist is made with them', async () => {
    await generatePhantom(small({ out: join(place, 'a', 'b', 'data') }));
    expect(await readdir(join(place, 'a', 'b'))).toEqual(['data']);
  });

  // For root nothing is read-only: the test then acts as nobody.
  test('in a read-only folder gives a clear error and leaves nothing', async () => {
    const closed = join(place, 'closed');
    await mkdir(closed);
    await chmod(place, 0o755);
    await chmod(closed, 0o555);
    await withoutPrivileges(async () => {
      for (const out of [join(closed, 'data'), join(closed, 'deep', 'data')]) {
        await expect(generatePhantom(small({ out }))).rejects.toMatchObject({
          code: 'RAREMASK_PHANTOM_NOT_WRITABLE',
          message: expect.stringContaining('EACCES'),
        });
      }
    });
    expect(await readdir(closed)).toEqual([]);
  });

  test('that is itself read-only is not replaced', async () => {
    await mkdir(join(place, 'data'));
    await chmod(place, 0o777);
    await chmod(join(place, 'data'), 0o555);
    await withoutPrivileges(async () => {
      await expect(generatePhantom(small())).rejects.toMatchObject({
        code: 'RAREMASK_PHANTOM_NOT_WRITABLE',
      });
    });
    expect(await readdir(place)).toEqual(['data']);
  });
});

async function withoutPrivileges(act: () => Promise<void>): Promise<void> {
  const nobody = 65534;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid!(nobody);
  try {
    await act();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

describe('an option', () => {
  test.each([
    ['seed', { seed: 1.5 }],
    ['cases', { cases: 2 }],
    ['slicesPerCase', { slicesPerCase: 3 }],
    ['size', { size: 16 }],
    ['bits', { bits: 12 as 8 }],
    ['noduleCaseShare', { noduleCaseShare: 0 }],
    ['noduleSliceShare', { noduleSliceShare: 0.4, noduleCaseShare: 0.5 }],
    ['validationShare', { validationShare: Number.NaN }],
    ['testShare', { testShare: 0.9 }],
    ['out', { out: '' }],
    ['slices', { slices: 9 } as Partial<PhantomOptions>],
  ])('%s out of its range is refused before anything is written', async (name, options) => {
    await expect(generatePhantom(small(options))).rejects.toMatchObject({
      code: 'RAREMASK_PHANTOM_OPTION',
      message: expect.stringContaining(`option ${name}:`),
    });
    expect(await readdir(place)).toEqual([]);
  });
});
