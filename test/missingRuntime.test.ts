import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { further } from './further.ts';
import { root } from './pack.ts';

/** Makes Node answer as it does where npm has left the package out. */
const HOOK = `
import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  export async function resolve(specifier, context, next) {
    if (specifier !== 'onnxruntime-node') return next(specifier, context);
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  }
\`));
`;

test.each(further('the runtime of compiled steps left out by npm', ['doctor']))(
  '%s says why the runtime is missing, and the command that brings it',
  (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'raremask-runtime-'));
    try {
      const hook = join(folder, 'hook.mjs');
      writeFileSync(hook, HOOK);
      const cli = join(root, 'packages', 'cli', 'bin', 'raremask.js');
      const found = JSON.parse(
        execFileSync(
          process.execPath,
          ['--import', pathToFileURL(hook).href, cli, command, '--json'],
          { cwd: folder, encoding: 'utf8' },
        ),
      ) as { name: string }[];
      expect(found).toContainEqual({
        name: 'compiled',
        state: 'absent',
        detail: expect.stringContaining('api.nuget.org'),
        remedy: expect.stringContaining('npm install --ignore-scripts'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
