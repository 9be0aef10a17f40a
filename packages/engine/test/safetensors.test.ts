import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendLine, makeFolder, writeAtomically } from '../src/record/atomicFile.ts';
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

describe('an atomic write', () => {
  test('leaves no temporary file behind', async () => {
    await writeAtomically(join(folder, 'deep', 'x.txt'), 'hello');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['x.txt']);
  });

  test('that fails keeps the old file and says where and why', async () => {
    const path = join(folder, 'x');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'kept');
    await expect(writeAtomically(path, 'new')).rejects.toMatchObject({
      code: 'RAREMASK_CANNOT_WRITE',
      message: expect.stringContaining(path),
    });
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept');
    expect(readdirSync(folder)).toEqual(['x']);
  });

  test('into a path that leads through a file says so', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file', 'run'))).toThrow(/a part of the path is a file/);
  });

  test.runIf(canMount())(
    'on a full disk keeps the old file (needs the right to mount; skipped without)',
    async () => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
      try {
        const path = join(disk, 'last.safetensors');
        await writeSafetensors(path, arrays, {});
        const big = { name: 'big', shape: [100_000], values: new Float32Array(100_000) };
        await expect(writeSafetensors(path, [big], {})).rejects.toMatchObject({
          code: 'RAREMASK_CANNOT_WRITE',
          message: expect.stringContaining('the disk is full'),
        });
        expect((await readSafetensors(path)).arrays.size).toBe(2);
        expect(readdirSync(disk)).toEqual(['last.safetensors']);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  test.runIf(canMount())(
    'a line that a full disk has no room for leaves the lines before it (needs the right to mount; skipped without)',
    () => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
      try {
        const path = join(disk, 'events.ndjson');
        appendLine(path, 'first\n');
        expect(() => appendLine(path, `${'x'.repeat(100_000)}\n`)).toThrow(/the disk is full/);
        expect(readFileSync(path, 'utf8')).toBe('first\n');
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  test.runIf(canMount())(
    'on a read-only disk says so (needs the right to mount; skipped without)',
    async () => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', disk]);
      try {
        await expect(writeAtomically(join(disk, 'x'), 'new')).rejects.toThrow(/read-only/);
        expect(() => makeFolder(join(disk, 'run'))).toThrow(/read-only/);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );
});

function canMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'raremask-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
