import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openWheel, type Wheel } from './wheel.ts';

/** A file of a wheel, and where it is to lie. */
export interface Placed {
  readonly wheel: Wheel;
  readonly name: string;
  readonly path: string;
}

/** Those whose names match, called by the first group of the pattern. */
export function filesIn(wheelPath: string, pattern: RegExp, folder: string): Placed[] {
  const wheel = openWheel(wheelPath);
  return wheel.names.flatMap((name) => {
    const file = pattern.exec(name)?.[1];
    return file === undefined ? [] : [{ wheel, name, path: join(folder, file) }];
  });
}

/**
 * Unpacks and checks all files before the first is put in place; what fails leaves nothing behind.
 *
 * @returns their paths
 */
export function put(placed: readonly Placed[]): readonly string[] {
  const partial = (path: string) => `${path}.partial`;
  const moved: string[] = [];
  try {
    for (const { wheel, name, path } of placed) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(partial(path), wheel.read(name), { mode: 0o755 });
    }
    for (const { path } of placed) {
      const isNew = !existsSync(path);
      renameSync(partial(path), path);
      if (isNew) moved.push(path);
    }
    return placed.map(({ path }) => path);
  } catch (error) {
    for (const { path } of placed) rmSync(partial(path), { force: true });
    for (const path of moved) rmSync(path, { force: true });
    throw error;
  }
}
