import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWith } from '../../../test/python.ts';
import { readSeries } from '../src/formats/dicom.ts';

const python = pythonWith('pydicom, imagecodecs');

describe.skipIf(python === undefined)(
  'a series of a real encoder (needs pydicom, imagecodecs)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'raremask-encoded-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    beforeAll(() => {
      const script = join(import.meta.dirname, 'encodedSeries.py');
      const { status, stderr } = spawnSync(python!, [script, folder], { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    }, 120_000);

    // Three depths by three meanings, lossy ones of one depth; JPEG 2000 once more in parts.
    it.each([
      ['jpegls', 12],
      ['jpeg2000', 21],
      ['jpeg-lossless', 9],
      ['rle', 9],
    ])('of %s has the intensities that were packed', async (kind, count) => {
      const names = readdirSync(folder).filter(
        (name) => name.startsWith(kind) && name.endsWith('.json'),
      );
      expect(names).toHaveLength(count);
      for (const name of names) {
        const { values, off } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
        const found = await readSeries(join(folder, name.replace('.json', '')));
        expect(found.header.extent).toEqual([10, 12, 3]);
        const farthest = values.reduce(
          (most: number, value: number, at: number) =>
            Math.max(most, Math.abs(value - found.values[at]!)),
          0,
        );
        expect(farthest, name).toBeLessThanOrEqual(off + 1e-3);
      }
    });

    it.each([
      ['htj2k', /transfer syntax 1\.2\.840\.10008\.1\.2\.4\.201.*dcm2niix/s],
      ['contradicting', /numbers of 12 bits/],
    ])('of %s is refused with what to do', async (name, text) => {
      const reading = readSeries(join(folder, name));
      await expect(reading).rejects.toMatchObject({ code: 'RAREMASK_VOLUMES_DICOM_KIND' });
      await expect(reading).rejects.toThrow(text);
    });
  },
);
