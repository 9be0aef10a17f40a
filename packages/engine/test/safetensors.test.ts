import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/record/safetensors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-safetensors-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const arrays = [
  { name: 'a', shape: [2, 2], values: Float32Array.of(1, -2, 3.5, 0) },
  { name: 'b', shape: [], values: Float32Array.of(7) },
];

describe('a safetensors file', () => {
  test('gives back what was written', async () => {
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, arrays, { about: 'a test' });
    const file = await readSafetensors(path);
    expect(file.metadata).toEqual({ about: 'a test' });
    expect([...file.arrays.values()]).toEqual(arrays);
  });

  test('has the layout that the format asks for', async () => {
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, arrays, {});
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(header.a).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
    expect(header.b.data_offsets).toEqual([16, 20]);
    expect(bytes.length).toBe(8 + length + 20);
  });

  test.each([
    ['inside its header', 20],
    ['inside its values', -4],
    ['before its header', 3],
  ])('cut off %s is refused by name', async (_where, keep) => {
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, arrays, {});
    truncateSync(path, keep > 0 ? keep : readFileSync(path).length + keep);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'RAREMASK_BROKEN_CHECKPOINT',
      message: expect.stringContaining(path),
    });
  });
});
