import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { runChecks, scoreChecks } from '@raremask/conformance';
import type { ScorePlugin } from '@raremask/core';
import { loadManifest } from '@raremask/core/manifest';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { further } from './further.ts';
import { root } from './pack.ts';
import { codeOfReadme } from './readme.ts';

const execute = promisify(execFile);
// Each test runs a process or two; the larger sets are read whole.
vi.setConfig({ testTimeout: 120_000 });
const examples = join(root, 'examples');
// Of the examples' folders alone: what is installed in them changes while other tests run. What a sweep varies is
// a file of its own kind; the command's tests load it.
const manifests = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(join(examples, name)).map((file) => `${name}/${file}`))
  .filter((name) => /\.ya?ml$/.test(name) && !name.endsWith('sweep.yaml'))
  .toSorted();

/** Runs the built command in an example's folder; the result on stdout. */
async function raremask(folder: string, ...parameters: string[]): Promise<string> {
  const command = join(root, 'packages', 'cli', 'bin', 'raremask.js');
  const { stdout } = await execute(process.execPath, [command, ...parameters], {
    cwd: folder,
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

describe('manifests', () => {
  let mistakes: (manifest: unknown) => unknown;
  beforeAll(async () => {
    const schema = JSON.parse(await raremask(join(examples, 'real'), 'schema')) as object;
    const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
    mistakes = (manifest) => (validate(manifest) ? null : validate.errors);
  });

  test.each(manifests)('%s fits the JSON Schema and loads', async (name) => {
    expect(mistakes(parse(readFileSync(join(examples, name), 'utf8')))).toBe(null);
    const loaded = await loadManifest([join(examples, name)], { env: {} });
    expect(loaded.plugins.losses.length).toBeGreaterThan(0);
  });

  test('the first manifest of README.md fits the JSON Schema and loads', async () => {
    const text = codeOfReadme('yaml', '# raremask.yaml');
    expect(mistakes(parse(text))).toBe(null);
    // The plugins are looked for from the manifest's folder.
    const folder = mkdtempSync(join(examples, 'real', 'node_modules', '.readme-'));
    try {
      const file = join(folder, 'raremask.yaml');
      writeFileSync(file, text);
      expect((await loadManifest([file], { env: {} })).manifest.name).toBe('lung-nodules');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the JSON Schema refuses what the manifest refuses', () => {
    const text = codeOfReadme('yaml', '# raremask.yaml');
    for (const [right, wrong] of [
      ['seed:', 'sead:'],
      ['epochs: 40', 'epochs: 0'],
      ['filters: 16', 'filter: 16'],
      ['pool: batch', 'pool: batches'],
    ] as const) {
      expect(text).toContain(right);
      expect(mistakes(parse(text.replace(right, wrong))), wrong).not.toBe(null);
    }
  });
});

test("README.md's loss has the right types", async () => {
  const folder = mkdtempSync(join(examples, 'third-party-loss', 'node_modules', '.readme-'));
  try {
    const file = join(folder, 'my-loss.ts');
    writeFileSync(file, codeOfReadme('ts', '// my-loss.ts'));
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck'];
    const modules = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = ['--typeRoots', join(root, 'node_modules', '@types')];
    await execute(process.execPath, [compiler, ...options, ...modules, ...types, file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the score of the example passes the checks of a score', async () => {
  const file = join(examples, 'lung-phantom', 'surface-dice.ts');
  const { default: plugin } = (await import(file)) as { default: ScorePlugin };
  const results = await runChecks(scoreChecks(plugin, { options: [{}, { tolerance: 3 }] }));
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});

/** Images and empty masks by split, as the table in each set's DATA.md says. */
function documented(folder: string): Record<string, { images: number; empty: number }> {
  const names: Record<string, string> = { train: 'train', val: 'validation', test: 'test' };
  const text = readFileSync(join(folder, 'DATA.md'), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^\| (train|val|test) \| (\d+) \| (\d+) \(/gm)].map(
      ([, split, images, empty]) => [
        names[split!]!,
        { images: Number(images), empty: Number(empty) },
      ],
    ),
  );
}

describe('real data', () => {
  const data = process.env.RAREMASK_DATA ?? join(root, '..', 'shared', 'data');
  const isVolume = (name: string) =>
    readFileSync(join(examples, name), 'utf8').includes('dataset-volumes');
  const real = manifests.filter((name) => name.startsWith('real'));
  const sets = real.filter((name) => !isVolume(name));

  // The counts of all of them are those of the data set's own test; this is the command's.
  const [first, ...others] = sets;
  for (const name of [first!, ...further('counts of the other real sets', others)]) {
    const text = readFileSync(join(examples, name), 'utf8');
    const folder = join(data, /\}\/(\w+)"/.exec(text)![1]!);

    test.skipIf(!existsSync(folder))(
      `${name} counts what the set's DATA.md says`,
      async () => {
        const { splits } = JSON.parse(
          await raremask(join(examples, 'real'), 'inspect', basename(name), '--json'),
        ) as { splits: { name: string; images: number; empty: number }[] };
        const expected = documented(folder);
        expect(Object.keys(expected)).toEqual(expect.arrayContaining(['train', 'validation']));
        for (const [split, counts] of Object.entries(expected)) {
          expect(splits).toContainEqual(expect.objectContaining({ name: split, ...counts }));
        }
      },
      120_000,
    );
  }

  const cases = join(data, 'ms_lesion_3d');
  // 182 axial slices a case; those without lesion stand in the set's DATA.md. A minute each.
  const volumes = further('whole volumes of real cases', [
    ['ms_lesion_3d_slices', { images: 182, empty: 95 }],
    ['ms_lesion_3d_windows', { images: 1, empty: 0 }],
  ] as const);
  test.skipIf(!existsSync(cases)).each(volumes)(
    '%s trains, and predicts label maps on the grid of the images',
    async (name, train) => {
      const folder = mkdtempSync(join(tmpdir(), 'raremask-volumes-'));
      try {
        const tiny = ['filters=1', 'depth=1', 'convolutions=1'].map((text) => `model.with.${text}`);
        const short = ['train.epochs=1', 'train.batch=1', 'sampler.with.length=2'];
        const settings = [...tiny, ...short].flatMap((text) => ['--set', text]);
        const real = join(examples, 'real');
        const run = join(folder, 'run');
        const trained = JSON.parse(
          await raremask(real, 'train', `${name}.yaml`, '--out', run, '--json', ...settings),
        ) as unknown;
        expect(trained).toBeTruthy();
        const inspected = JSON.parse(await raremask(real, 'inspect', `${name}.yaml`, '--json')) as {
          splits: unknown[];
        };
        expect(inspected.splits).toContainEqual(
          expect.objectContaining({ name: 'train', ...train }),
        );
        const image = join(cases, 'images', 'patient07_FLAIR.nii.gz');
        const out = join(folder, 'out');
        await raremask(real, 'predict', run, image, '--out', out, '--no-probabilities');
        const written = readdirSync(out, { recursive: true }).toSorted();
        expect(written).toEqual([
          ...['blocks', 'blocks/000000.json'],
          ...['masks', 'masks/patient07.nii.gz'],
          ...['predictions.csv', 'predictions.json'],
        ]);
        const [original, predicted] = [image, join(out, 'masks', 'patient07.nii.gz')].map((file) =>
          gunzipSync(readFileSync(file)),
        ) as [Buffer, Buffer];
        // Byte 40: number of axes and extents; 76: voxel sizes; 252: the codes and rows of the affine.
        for (const [from, to] of [
          [40, 48],
          [76, 92],
          [252, 328],
        ] as const) {
          expect(predicted.subarray(from, to)).toEqual(original.subarray(from, to));
        }
        expect(predicted.length).toBe(352 + 182 * 218 * 182);
        expect(Math.max(...new Set(predicted.subarray(352)))).toBeLessThanOrEqual(1);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    240_000,
  );
});
