import { expect, it } from 'vitest';
import { runtimeLack } from '../src/index.ts';

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
