// Puts the page's script, with what it needs of the engine, into one file that a browser runs as it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const file = join(import.meta.dirname, 'dist', 'page.js');
const build = await rolldown({
  input: join(import.meta.dirname, 'dist', 'page', 'main.js'),
  platform: 'browser',
  // What is looked at and left out may ask for Node; what stays must not.
  external: /^node:/,
  logLevel: 'silent',
  treeshake: { moduleSideEffects: false },
});
await build.write({ file, format: 'iife', minify: true });
await build.close();
const left = /node:[a-z_/]+|\brequire\(/.exec(readFileSync(file, 'utf8'));
if (left !== null) throw new Error(`the page's script needs Node: ${left[0]}`);
