import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { further } from '../../../test/further.ts';
import plugin from '../src/index.ts';
import { parseCsv } from '../src/pairing/csv.ts';
import { validated } from './folder.ts';

const data =
  process.env.RAREMASK_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** Options as a manifest has them, and the facts that each set's DATA.md states. */
const sets = {
  lung_ct_patches: {
    with: { images: 'images/*.png', classes: { background: 0, tumour: 1 } },
    images: 130,
    empty: 19,
    channels: 1,
    highest: 1100,
  },
  magnetic_tile: {
    with: {
      images: 'images/*.jpg',
      classes: { background: 0, blowhole: 1, break: 2, crack: 3, fray: 4, uneven: 5 },
    },
    images: 610,
    empty: 436,
    channels: 1,
    highest: 255,
  },
  ms_lesion_2d: {
    with: { images: 'images/*.png', classes: { background: 0, lesion: 255 } },
    images: 232,
    empty: 71,
    channels: 1,
    highest: 255,
  },
  nuclei: {
    with: { images: 'images/*.png', classes: { background: 0, nucleus: 255 } },
    images: 59,
    empty: 0,
    channels: 3,
    highest: 255,
  },
  smear_nuclei: {
    with: { images: 'images/*.png', classes: { background: 0, nucleus: 255 } },
    images: 640,
    empty: 248,
    channels: 1,
    highest: 255,
  },
};

/** Read from a slow disk, the larger sets take minutes. */
const { magnetic_tile, ...smaller } = sets;
const tried = Object.entries(smaller);
const larger = further('every pixel of magnetic_tile', Object.entries({ magnetic_tile }));

describe.each([...tried, ...larger])('%s', (name, facts) => {
  const root = join(data, name);
  const present = existsSync(root);
  if (!present) console.warn(`skipped: no data at ${root}`);

  it.skipIf(!present)(
    'loads with the counts that its split.csv states',
    async () => {
      const group = { file: 'split.csv', column: 'group' };
      const warnings: string[] = [];
      const dataset = await plugin.create(await validated({ root, ...facts.with, group }), {
        folder: '/',
        log: { info: () => {}, warn: (line) => void warnings.push(line) },
      });
      const [columns, ...rows] = parseCsv(readFileSync(join(root, 'split.csv'), 'utf8'));
      const listed = new Map(
        rows.map((row) => [row[0], Object.fromEntries(columns!.map((key, at) => [key, row[at]]))]),
      );

      expect(warnings).toEqual([]);
      expect(dataset.facts.channels).toBe(facts.channels);
      expect(dataset.ids.toSorted()).toEqual([...listed.keys()].toSorted());
      expect(dataset.ids).toHaveLength(facts.images);

      let empty = 0;
      let highest = 0;
      for (const id of dataset.ids) {
        const row = listed.get(id)!;
        const { size, image, labels } = await dataset.read(id);
        const foreground = labels!.reduce((count, label) => count + (label > 0 ? 1 : 0), 0);
        empty += foreground === 0 ? 1 : 0;
        for (const value of image) highest = Math.max(highest, value);
        expect([id, ...size]).toEqual([id, Number(row.height), Number(row.width)]);
        expect([id, foreground]).toEqual([id, Number(row.fg_pixels)]);
        expect(dataset.group(id)).toBe(row.group);
      }
      expect(empty).toBe(facts.empty);
      expect(highest).toBe(facts.highest);
    },
    120_000,
  );
});
