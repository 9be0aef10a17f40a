// Builds the documentation site, or shows it while pages are written: npm run site [-- --show]
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, pnpm, root, run } from './setup.mjs';

const inSite = (...args) => pnpm('--dir', join(root, 'site'), 'exec', ...args);

build();
rmSync(join(root, 'site', 'pages'), { recursive: true, force: true });
inSite('typedoc', '--options', 'typedoc.json');
run('node', [join(root, 'site', 'collect.mjs')]);
if (process.argv.includes('--show')) inSite('vitepress', 'dev');
else {
  inSite('vitepress', 'build');
  console.log(`\nThe site is in ${join('site', 'dist')}: any web server shows it.`);
}
