// Puts the templates of the workspace into one file of the build, with the ranges that a registry understands.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { rangeResolver, root, withRanges } from '../../scripts/release/workspace.mjs';

const templates = join(root, 'templates');
const resolve = rangeResolver({ caret: true });
const LEFT_OUT = ['node_modules', 'dist', '.turbo'];

/** Every file of a folder by its path in it, with `/`. */
function filesOf(folder, from = folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (LEFT_OUT.includes(entry.name)) return [];
    if (entry.isDirectory()) return filesOf(path, from);
    return [[relative(from, path).split(sep).join('/'), readFileSync(path, 'utf8')]];
  });
}

function packageJson(text) {
  const { private: _, ...manifest } = withRanges(JSON.parse(text), resolve);
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const common = Object.fromEntries(filesOf(join(templates, 'common')));
const kinds = readdirSync(templates).filter((name) => name !== 'common');
const collected = Object.fromEntries(
  kinds.map((kind) => {
    const own = Object.fromEntries(filesOf(join(templates, kind)));
    // The common tsconfig.json stands for the workspace's, which points to it.
    return [kind, { ...own, ...common, 'package.json': packageJson(own['package.json']) }];
  }),
);
writeFileSync(join(import.meta.dirname, 'dist', 'templates.json'), JSON.stringify(collected));
