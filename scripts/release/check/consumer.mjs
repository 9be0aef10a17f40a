// Somebody who installs raremask from the registry, in a folder of their own.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { program } from './program.mjs';

const PACKAGES = [
  'raremask',
  '@raremask/core',
  '@raremask/dataset-images',
  '@raremask/dataset-phantom',
  '@raremask/loss-ce',
  '@raremask/loss-dice',
  '@raremask/sampler',
  '@raremask/unet',
];

/** How each program installs and runs; all come by npx. */
const MANAGERS = (pnpm) => ({
  npm: {
    add: ['npm', 'install', '--no-audit', '--no-fund'],
    update: ['npm', 'update', '--no-audit', '--no-fund'],
    run: ['npx', '--no-install'],
  },
  pnpm: {
    add: ['npx', '--yes', pnpm, 'add', '--reporter=append-only'],
    update: ['npx', '--yes', pnpm, 'update', '--reporter=append-only'],
    run: ['npx', '--yes', pnpm, 'exec'],
  },
  'yarn 1': managed(['npx', '--yes', 'yarn@1.22.22'], ({ url }) => ({
    '.yarnrc': `registry "${url}"\n`,
  })),
  'yarn 4': managed(['npx', '--yes', '@yarnpkg/cli-dist@4'], ({ url }) => ({
    // A lockfile of its own makes the folder no part of what lies above it.
    'yarn.lock': '',
    '.yarnrc.yml': stringify({
      nodeLinker: 'node-modules',
      npmRegistryServer: url.replace(/\/$/, ''),
      unsafeHttpWhitelist: ['127.0.0.1'],
      // What is published here is younger than the day that it waits.
      npmMinimalAgeGate: 0,
      enableGlobalCache: false,
      enableTelemetry: false,
    }),
  })),
  bun: managed(['npx', '--yes', 'bun@1']),
});

/** @param files what it reads in the folder, beside .npmrc */
function managed(command, files = () => ({})) {
  return {
    command,
    add: [...command, 'add'],
    update: [...command, 'update'],
    run: [...command, 'run'],
    files,
  };
}

/** Programs that the network here may lack. @returns whether this one can be had */
export async function hasManager(manager) {
  const [name, ...parameters] = MANAGERS('')[manager].command;
  return await program(tmpdir(), {}, name, ...parameters, '--version').then(
    () => true,
    () => false,
  );
}

/** Makes an empty folder, installs everything, and draws a small set of images. */
export async function consumer(folder, { manager, pnpm, url, tag = 'latest' }) {
  const tools = MANAGERS(pnpm)[manager];
  // pnpm reads the variable in small letters alone; a file is read by both.
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.npmrc'), `registry=${url}\n`);
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }\n');
  for (const [name, text] of Object.entries(tools.files?.({ url }) ?? {})) {
    writeFileSync(join(folder, name), text);
  }
  // Packages of an earlier check have the same names and versions, and addresses at a registry that has ended.
  const cache = join(folder, '.cache');
  const caches = {
    YARN_CACHE_FOLDER: cache,
    YARN_GLOBAL_FOLDER: join(folder, '.global'),
    BUN_INSTALL_CACHE_DIR: cache,
  };
  const command = (words, ...more) => program(folder, caches, ...words, ...more);
  const raremask = (...parameters) => command(tools.run, 'raremask', ...parameters);
  await command(
    tools.add,
    '@tensorflow/tfjs@4.22.0',
    ...(await Promise.all(PACKAGES.map((name) => inChannel(name, tag, url)))),
  );
  return {
    folder,
    raremask,
    add: (...names) => command(tools.add, ...names),
    update: () => command(tools.update),
    draw: () =>
      command(
        tools.run,
        'raremask-phantom',
        ...['--out', 'data', '--seed', '7', '--cases', '6', '--slices', '4', '--size', '32'],
      ),
    versionOf: (name) =>
      JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version,
    /**
     * Trains four steps; gives the last line of metrics.csv.
     *
     * @param also settings in the place of others, those of `train` beside them
     */
    async train(name, { loss, weights, epochs = 1, also = {} }) {
      const settings = parse(manifest(name, { loss, weights, epochs }));
      const train = { ...settings.train, ...also.train };
      const file = join(folder, `${name}.yaml`);
      writeFileSync(file, stringify({ ...settings, ...also, train }));
      await raremask('train', `${name}.yaml`);
      return lastLine(join(folder, 'runs', name));
    },
    lastLine: (name) => lastLine(join(folder, 'runs', name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A package that has not moved has no version in a channel: its latest stands for it. */
async function inChannel(name, tag, url) {
  const response = await fetch(`${url}${name.replace('/', '%2f')}`);
  return (await response.json())['dist-tags'][tag] === undefined ? name : `${name}@${tag}`;
}

function lastLine(run) {
  const lines = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n');
  if (lines.length < 2 || lines.at(-1).includes('NaN')) {
    throw new Error(`${run} has no epoch that is finite:\n${lines.join('\n')}`);
  }
  return lines.at(-1);
}

function manifest(name, { loss, weights, epochs }) {
  return `name: ${name}
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt, test: test.txt }
model: { use: "@raremask/unet"${weights === undefined ? '' : `, weights: ${weights}`}, with: { filters: 2, depth: 2 } }
loss:
  - { use: "@raremask/loss-dice", with: { pool: batch } }
  - { use: "${loss}" }
sampler: { use: "@raremask/sampler", with: { length: 4 } }
train: { epochs: ${epochs}, batch: 2 }
`;
}
