// Packs bench/gpu with all that it needs, for a machine without a network: the folder is copied there, and run.
// Usage: node bench/gpu/pack.mjs --out FOLDER [--cuda WHEELS]
//        WHEELS: what `raremask backend pack cuda --out WHEELS` has made.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compressedIn, pack } from './natives.mjs';
import { packagesFor } from './packages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, '..', '..');
const { values } = parseArgs({ options: { out: { type: 'string' }, cuda: { type: 'string' } } });
if (values.out === undefined) {
  throw new Error('--out is missing. Do this: node bench/gpu/pack.mjs --out FOLDER');
}
const out = resolve(values.out);
if (existsSync(out) && readdirSync(out).length > 0) {
  throw new Error(
    `${out} is not empty. Expected: a folder that is yet to be made, or an empty one`,
  );
}
if (!existsSync(join(here, '..', 'dist', 'gpu', 'gradients.js'))) {
  throw new Error('bench is not built. Do this: npm run build');
}
const wheels = values.cuda === undefined ? undefined : wheelsIn(values.cuda);

/** Bench itself, and the manifest of the demo. */
const OWN = [
  'bench/dist/gpu/gradients.js',
  ...['network.js', 'opened.js', 'ours.js'].map((name) => `bench/dist/speed/${name}`),
  ...readdirSync(here)
    .filter((name) => name.endsWith('.mjs') && !name.startsWith('pack'))
    .map((name) => `bench/gpu/${name}`),
  ...['figures.mjs', 'operatorTable.mjs', 'peer.py', 'shape.mjs', 'speed.yaml'].map(
    (name) => `bench/speed/${name}`,
  ),
  'examples/lung-phantom/raremask.yaml',
];
for (const path of OWN) put(path, readFileSync(join(top, path)));
put('package.json', '{ "private": true, "type": "module" }\n');
for (const { from, to, files } of packagesFor(join(top, 'bench'))) {
  for (const file of files) put(join(to, file), readFileSync(join(from, file)));
}
put('packed.json', `${JSON.stringify({ compressed: compressedIn(out) }, null, 2)}\n`);
const bytes = sizeOf(out);
for (const wheel of wheels ?? []) {
  mkdirSync(join(out, 'wheels'), { recursive: true });
  cpSync(join(values.cuda, wheel), join(out, 'wheels', wheel));
}
const more = wheels ? `, and ${megabytes(sizeOf(out) - bytes)} of CUDA's libraries` : '';
console.log(`${values.out}: ${megabytes(bytes)}${more}, for ${process.platform} on ${process.arch}
There: node bench/gpu/run.mjs --quick`);

function put(path, content) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  pack(Buffer.from(content), join(out, path));
}

function wheelsIn(folder) {
  const found = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.whl'))
    : [];
  if (found.length > 0) return found;
  throw new Error(
    `--cuda: ${folder} has no wheels. Do this: raremask backend pack cuda --out ${folder}`,
  );
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .filter((stat) => stat.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

function megabytes(size) {
  return `${(size / 1e6).toFixed(1)} MB`;
}
