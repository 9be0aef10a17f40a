import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendLine, makeFolder, writeAtomically } from '../src/atomicFile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-atomic-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
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
        const path = join(disk, 'x.json');
        await writeAtomically(path, 'small');
        await expect(writeAtomically(path, 'x'.repeat(400_000))).rejects.toMatchObject({
          code: 'RAREMASK_CANNOT_WRITE',
          message: expect.stringContaining('the disk is full'),
        });
        expect(readFileSync(path, 'utf8')).toBe('small');
        expect(readdirSync(disk)).toEqual(['x.json']);
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
