import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PLUGINS = [
  'loss-dice',
  'loss-ce',
  'sampler',
  'unet',
  'dataset-images',
  'dataset-volumes',
  'optimizers',
  'schedules',
  'augmentations',
  'tracker-tensorboard',
  'tracker-mlflow',
];
/** TensorFlow.js itself, loaded fast: of no other arrow. */
const TFJS = 'tfjs';
/** Plugins that come with the command line, which loads them by name as any other. */
const STANDARD: Readonly<Record<string, readonly string[]>> = {
  cli: ['augmentations', 'optimizers', 'schedules'],
};
const BACKENDS = /^(@tensorflow\/tfjs-(node|node-gpu|backend-.*)|webgpu)$/;
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  metrics: ['core'],
  backends: [],
  mpi: ['core'],
  [TFJS]: [],
  'dataset-phantom': [],
  conformance: ['core', 'metrics'],
  lab: ['core'],
  compiler: [],
  record: ['core', 'metrics'],
  engine: ['compiler', 'core', 'metrics', 'record'],
  report: ['metrics', 'record'],
  // Reading of volumes is put into the page's script when it is built.
  browser: ['core', 'dataset-volumes', 'engine', 'metrics'],
  'create-raremask-plugin': [],
  cli: [
    'backends',
    'browser',
    'compiler',
    'conformance',
    'core',
    'create-raremask-plugin',
    'engine',
    'lab',
    'metrics',
    'mpi',
    'record',
    'report',
  ],
  ...Object.fromEntries(PLUGINS.map((name) => [name, ['core']])),
  // Labels and their structures.
  augmentations: ['core', 'metrics'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(name: string): Import[] {
  return sources(join(root, 'packages', name, 'src')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
      file: file.slice(root.length + 1),
      specifier: match[1]!,
    })),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function ours(specifier: string): string | undefined {
  const name = packageOf(specifier);
  if (name === 'raremask') return 'cli';
  if (name === 'create-raremask-plugin') return name;
  return name.startsWith('@raremask/') ? name.slice('@raremask/'.length) : undefined;
}

const packages = readdirSync(join(root, 'packages'));

describe.each(packages)('%s', (name) => {
  const imports = importsOf(name);
  const manifest = JSON.parse(
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string> | undefined>;
  const declared = Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] });

  test('imports of ours only the packages that the design allows', () => {
    expect(ALLOWED).toHaveProperty(name);
    const wrong = imports.filter(({ specifier }) => {
      const target = ours(specifier);
      return target !== undefined && ![name, TFJS, ...ALLOWED[name]!].includes(target);
    });
    expect(wrong).toEqual([]);
  });

  test('declares of ours only the packages that the design allows', () => {
    const wrong = declared.filter((dependency) => {
      const target = ours(dependency);
      const allowed = [TFJS, ...ALLOWED[name]!, ...(STANDARD[name] ?? [])];
      return target !== undefined && !allowed.includes(target);
    });
    expect(wrong).toEqual([]);
  });

  test('reaches a tfjs backend only if it is the backends package', () => {
    const reached = [...imports.map(({ specifier }) => packageOf(specifier)), ...declared].filter(
      (specifier) => BACKENDS.test(specifier),
    );
    if (name === 'backends') expect(reached.length).toBeGreaterThan(0);
    else expect(reached).toEqual([]);
  });

  test('has the values of tfjs from the package that loads them fast', () => {
    if (name === TFJS) return;
    const wrong = sources(join(root, 'packages', name, 'src')).filter((file) =>
      /^import (?!type\b).*from '@tensorflow\/tfjs'/m.test(readFileSync(file, 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  test('reaches tsyringe and reflect-metadata only if it is the host', () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        ['tsyringe', 'reflect-metadata'].includes(packageOf(specifier)) &&
        !file.startsWith('packages/core/src/host/'),
    );
    expect(wrong).toEqual([]);
  });

  test('reaches nothing in examples, templates, bench or test', () => {
    expect(
      imports.filter(({ specifier }) => /\/(examples|templates|bench|test)\//.test(specifier)),
    ).toEqual([]);
  });
});

test("core's root does not load its host", () => {
  const wrong = importsOf('core').filter(
    ({ file, specifier }) =>
      !file.includes('/host/') && !file.includes('/manifest/') && specifier.includes('host'),
  );
  expect(wrong).toEqual([]);
});

test('plugins do not load the host, the manifest, the engine or the command line', () => {
  const wrong = PLUGINS.flatMap(importsOf).filter(({ specifier }) =>
    /^@raremask\/(core\/(host|manifest)|engine|conformance|cli)|^raremask/.test(specifier),
  );
  expect(wrong).toEqual([]);
});

test('every plugin package says which of its entries are plugins', () => {
  for (const name of PLUGINS) {
    const { raremask, exports } = JSON.parse(
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
    ) as { raremask?: { plugins: object }; exports: Record<string, string> };
    const entries = Object.keys(raremask?.plugins ?? {});
    expect(entries, name).toContain('.');
    for (const entry of entries) expect(exports, name).toHaveProperty([entry]);
  }
});
