import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '..');

/** The command itself, for processes that run it. */
export const EXECUTABLE = join(PACKAGE, 'bin', 'raremask.js');

/** A module that is run as a process, as it is built. */
export function builtModule(...path: readonly string[]): string {
  return join(PACKAGE, 'dist', ...path);
}
