import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What installing makes anew in a package: its libraries, its addon, and what it was built of. */
const PARTS = ['deps', 'lib', 'build'];

const before = (path: string) => `${path}.before`;

/** An install that is undone unless it is kept. */
export interface Attempt {
  undo(): void;
  keep(): void;
}

/**
 * Sets aside what an install of a package makes anew, so that it can be undone. What a process that was killed
 * has left half done is undone first.
 *
 * @param home the package's folder
 */
export function attempt(home: string): Attempt {
  const paths = PARTS.map((name) => join(home, name));
  const description = join(home, 'package.json');
  // That file is set aside last: where it is, whatever lies in the other places was half done.
  const undo = () => {
    const isWhole = existsSync(before(description));
    for (const path of paths) {
      if (isWhole) rmSync(path, { recursive: true, force: true });
      if (existsSync(before(path)) && !existsSync(path)) renameSync(before(path), path);
      rmSync(before(path), { recursive: true, force: true });
    }
    if (isWhole) renameSync(before(description), description);
  };
  undo();
  for (const path of paths) if (existsSync(path)) renameSync(path, before(path));
  copyFileSync(description, before(description));
  // A copy of its own: pnpm's may be a link into the store that all projects share, and the package's script writes it.
  rmSync(description);
  copyFileSync(before(description), description);
  return {
    undo,
    keep() {
      rmSync(before(description), { force: true });
      for (const path of paths) rmSync(before(path), { recursive: true, force: true });
    },
  };
}
