import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { manifestJsonSchema } from '@raremask/core/manifest';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faultsOfCommands, isCommands } from './commandLines.ts';
import { type Block, blocks } from './documents.ts';
import { packages, root } from './pack.ts';

const checked = blocks.filter(
  ({ unchecked, from }) => unchecked === undefined && from === undefined,
);
const inLanguage = (language: string) => checked.filter((block) => block.language === language);

test('every block says in which language it is, one that is checked, or that it is text', () => {
  const known = ['ts', 'js', 'yaml', 'sh', 'json', 'text'];
  const others = blocks.filter(
    // What has no language is a command line, or text.
    ({ language, unchecked }) => language !== '' && !known.includes(language) && !unchecked,
  );
  expect(others.map((block) => `${block.place} ${block.language}`)).toEqual([]);
  // test/operations.test.ts runs those.
  expect(new Set(inLanguage('js').map(({ page }) => page))).toEqual(new Set(['docs/gradients.md']));
});

const same = (text: string) => text.replace(/\s+/g, ' ').trim();

test.each(blocks.filter(({ from }) => from !== undefined))(
  '$place has the words of $from',
  ({ from, code }) => {
    expect(same(readFileSync(join(root, from!), 'utf8'))).toContain(same(code));
  },
);

/** Every entry of our packages, by the name that an import has. */
const entries = Object.fromEntries(
  packages.flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports)
      .filter(([entry]) => entry !== './package.json')
      .map(([entry, file]) => [
        join(manifest.name, entry),
        [join(root, 'packages', folder, file.replace(/\.js$/, '.d.ts'))],
      ]),
  ),
);

test('every block of TypeScript has the right types', () => {
  // Beside core's node_modules, where zod and tfjs are found.
  const parent = join(root, 'packages', 'core', 'node_modules');
  const folder = mkdtempSync(join(parent, '.blocks-'));
  try {
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      allowImportingTsExtensions: true,
      paths: entries,
    };
    const places: Block[] = [];
    for (const block of inLanguage('ts')) {
      // Two folders deep, so that what it imports from beside or above is its own.
      const place = join(folder, `${places.length}`, 'test');
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'block.ts'), `${block.before}\n${block.code}\nexport {};\n`);
      if (block.beside !== undefined) {
        const { file, type } = block.beside;
        const lines = [`import type { ${type} } from '@raremask/core';`];
        lines.push(`declare const plugin: ${type};`, 'export default plugin;');
        mkdirSync(dirname(join(place, file)), { recursive: true });
        writeFileSync(join(place, file), lines.join('\n'));
      }
      places.push(block);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*/test/block.ts'] }),
    );
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    const faults = stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) =>
        line.replace(/^.*?(\d+)\/test\/block\.ts\((\d+),/, (_, index: string, row: string) => {
          const block = places[Number(index)]!;
          const inCode = Number(row) - block.before.split('\n').length;
          return `${block.page}:${block.line + inCode} (`;
        }),
      );
    expect(places.length).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

type Tree = { readonly [key: string]: unknown };

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A part of a manifest over a whole one. Where it names a plugin, the other one's options go. */
function over(base: Tree, part: Tree): Tree {
  const together: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(part)) {
    const before = together[key];
    if (!isTree(value) || !isTree(before)) together[key] = value;
    else if ('use' in value) together[key] = { ...omit(before, ['use', 'with']), ...value };
    else together[key] = over(before, value);
  }
  return together;
}

function omit(tree: Tree, keys: readonly string[]): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => !keys.includes(key)));
}

const BASE: Tree = parse(`
name: base
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { validation: 0.2 }
model: { use: "@raremask/unet", with: { filters: 4, depth: 2 } }
loss: [{ use: "@raremask/loss-ce" }]
train: { epochs: 1, batch: 4 }
`);

/** A folder in which every package of the workspace is installed that has a plugin. */
function everything(): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-everything-'));
  onTestsDone.push(() => rmSync(folder, { recursive: true }));
  const places = ['packages', 'templates', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(root, parent, name)),
  );
  for (const place of places) {
    const file = join(place, 'package.json');
    if (!existsSync(file)) continue;
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name: string };
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(place, link);
  }
  return folder;
}

const onTestsDone: (() => void)[] = [];
afterAll(() => {
  for (const undo of onTestsDone) undo();
});

describe('manifests', async () => {
  const schema = await manifestJsonSchema(everything());
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  const faults = (text: string) => {
    // What a reader has not made yet counts as a file of theirs: its options are free.
    const known = text.replace(/\buse: "?(raremask-(?:loss-edge|sampler-rare))"?/g, 'use: ./$1');
    if (validate(over(BASE, parse(known)))) return [];
    return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  test.each(inLanguage('yaml'))('$place is one, or a part of one', ({ code }) => {
    expect(faults(code)).toEqual([]);
  });

  test('a wrong one is found', () => {
    expect(faults('train: { epoch: 3 }')).not.toEqual([]);
    expect(faults('model: { use: "@raremask/unet", with: { filter: 3 } }')).not.toEqual([]);
  });
});

test.each(inLanguage('json'))('$place is JSON', ({ code }) => {
  expect(() => JSON.parse(code)).not.toThrow();
});

describe('command lines', () => {
  const lines = checked.filter(
    ({ language, code }) => language === 'sh' || (language === '' && isCommands(code)),
  );

  test.each(lines)('$place names what exists', ({ page, code }) => {
    expect(faultsOfCommands(code, page)).toEqual([]);
  });

  test.each([
    ['raremask trian', 'trian'],
    ['npx raremask train --epochs 3', '--epochs'],
    ['npm run bulid', 'bulid'],
    ['npm create raremask-plugin lose my-loss', 'lose'],
    ['node scripts/nothing.mjs', 'scripts/nothing.mjs'],
    ['wizardry --now', 'wizardry'],
  ])('%s is found', (code, wrong) => {
    expect(faultsOfCommands(code, 'README.md').join()).toContain(wrong);
  });
});
