import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runtimeLack } from '../src/index.ts';
import { cutShortIn } from '../src/providers/cutShort.ts';
import { openProfile } from '../src/providers/placement.ts';

it('says why npm has left the runtime out, and the command that needs no variable', () => {
  const { what, remedy } = runtimeLack({ state: 'absent', detail: 'Cannot find package' });
  expect(what).toContain('cannot reach api.nuget.org');
  expect(remedy).toContain('npm install --ignore-scripts');
});

it('says what the system said of a runtime that does not load', () => {
  const { what, remedy } = runtimeLack({ state: 'broken', detail: 'GLIBC_2.34 not found' });
  expect(what).toContain('GLIBC_2.34 not found');
  expect(remedy).toContain('npm install --ignore-scripts');
});

it.runIf(process.platform === 'linux')(
  'finds the library that is cut short, among whole ones',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'raremask-cut-'));
    try {
      // Node's own program has the form of a library.
      const whole = readFileSync(process.execPath);
      writeFileSync(join(folder, 'whole.so'), whole);
      writeFileSync(join(folder, 'text.so.1'), 'no library');
      writeFileSync(join(folder, 'empty.node'), '');
      expect(cutShortIn(folder)).toBeUndefined();
      writeFileSync(join(folder, 'libcut.so.1'), whole.subarray(0, whole.length - 1));
      expect(cutShortIn(folder)).toBe(join(folder, 'libcut.so.1'));
      expect(cutShortIn(join(folder, 'nowhere'))).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

it('computes without a profile where no temporary file can be written', () => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(tmpdir(), 'nowhere', 'at', 'all');
  try {
    expect(openProfile()).toBeUndefined();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
