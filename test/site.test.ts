import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { further } from './further.ts';
import { root } from './pack.ts';

// Typedoc and the pages take two minutes; a link that leads nowhere ends the build.
test.each(further('the documentation site is built', ['npm run site']))(
  '%s builds every page, the reference and the search',
  () => {
    execFileSync(process.execPath, [join(root, 'scripts', 'site.mjs')], { stdio: 'inherit' });
    const dist = join(root, 'site', 'dist');
    for (const page of [
      'index',
      'docs/authors/loss',
      'api/@raremask/core',
      'packages/unet/index',
    ]) {
      expect(existsSync(join(dist, `${page}.html`)), page).toBe(true);
    }
    const chunks = readdirSync(join(dist, 'assets', 'chunks'));
    expect(chunks.some((name) => name.startsWith('@localSearchIndex'))).toBe(true);
  },
  900_000,
);
