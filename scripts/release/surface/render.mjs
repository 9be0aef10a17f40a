// The surface of a package as text: what others may rely on, as it is built now.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commandLines } from './commands.mjs';
import { schemaLines } from './schemas.mjs';
import { typeLines } from './types.mjs';

/**
 * @param package_ `{ dir, manifest }` of one that is built
 * @returns the text of its surface
 */
export async function renderSurface({ dir, manifest }) {
  const modules = Object.entries(manifest.exports).filter(([, file]) => file.endsWith('.js'));
  const declared = modules.map(([entry, file]) => [entry, file.replace(/\.js$/, '.d.ts')]);
  for (const [, file] of declared) {
    if (!existsSync(join(dir, file)))
      throw new Error(`${manifest.name} has no ${file}. Do this: npm run build.`);
  }
  const lines = [
    ...Object.keys(manifest.bin ?? {}).map((name) => `command ${name}\tbin`),
    ...(manifest.name === 'raremask' ? await programLines(dir) : []),
    ...typeLines(dir, declared),
    ...(manifest.name === '@raremask/core' ? await manifestLines(dir) : []),
    ...(await pluginLines(dir, manifest)),
  ];
  return `${lines.join('\n')}\n`;
}

const load = (file) => import(pathToFileURL(file).href);
const inputOf = (schema) => schema['~standard'].jsonSchema.input({ target: 'draft-07' });

async function programLines(dir) {
  const { createProgram } = await load(join(dir, 'dist/program.js'));
  return commandLines(createProgram());
}

async function manifestLines(dir) {
  const { manifestShape } = await load(join(dir, 'dist/manifest/shape.js'));
  const { KINDS } = await load(join(dir, 'dist/contracts/kinds.js'));
  return schemaLines('manifest', inputOf(manifestShape(KINDS)));
}

async function pluginLines(dir, { exports, raremask }) {
  const lines = [];
  for (const [entry, { kind, name, api }] of Object.entries(raremask?.plugins ?? {})) {
    lines.push(`plugin ${entry}\t${kind} ${name}, api ${api}`);
    const { default: plugin } = await load(join(dir, exports[entry]));
    if (plugin.options !== undefined)
      lines.push(...schemaLines(`options of ${entry}`, inputOf(plugin.options)));
  }
  return lines;
}
