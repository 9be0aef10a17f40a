import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { someOf } from '../../../test/further.ts';
import { withFlip } from '../../../test/seededDamage.ts';
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

  test('of ours notices every flipped bit, and names what it has hit', async () => {
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, arrays, { about: 'a test' });
    const whole = readFileSync(path);
    const key = whole.indexOf('raremask.checksums');
    for (const bit of someOf(whole.length * 8, 900)) {
      writeFileSync(path, withFlip(whole, bit));
      const found = await readSafetensors(path).catch((error: unknown) => error);
      const byte = bit >> 3;
      // Without its name a file has no checksums; a checkpoint says that it has them (checkpoint.test.ts).
      const named = byte >= key && byte < key + 'raremask.checksums'.length;
      if (named && !(found instanceof Error)) expect(found).toMatchObject({ isVerified: false });
      else expect(found, `bit ${bit}`).toMatchObject({ code: 'RAREMASK_BROKEN_CHECKPOINT' });
    }
    writeFileSync(path, withFlip(whole, (whole.length - 1) * 8));
    await expect(readSafetensors(path)).rejects.toThrow(/b is damaged/);
    writeFileSync(path, withFlip(whole, (whole.length - 5) * 8));
    await expect(readSafetensors(path)).rejects.toThrow(/a is damaged/);
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(4)]));
    await expect(readSafetensors(path)).rejects.toThrow(/4 bytes follow/);
  });

  test.each([
    '[]',
    'null',
    '{"a":null}',
    '{"a":{}}',
    '{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}',
    '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
    '{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}',
    '{"a":{"dtype":"F32","shape":[1e15],"data_offsets":[0,8]}}',
    '{"__metadata__":{"raremask":1}}',
    '{"__metadata__":[]}',
  ])('of others with the header %s is refused by name', async (header) => {
    const path = join(folder, 'x.safetensors');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(16)]));
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'RAREMASK_BROKEN_CHECKPOINT',
      message: expect.stringContaining(path),
    });
  });
});
