import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { chromium, type OpenPage, openPage } from './chromium.ts';
import { raremask } from './command.ts';
import { ownModel } from './ownModel.ts';
import { emptyProject, MANIFEST, type Project } from './project.ts';

const skipped = chromium === undefined ? ' (skipped: there is no Chromium)' : '';

/** Voxels along the file's own axes: z from top to bottom, x from right to left, y. */
const EXTENT = [10, 16, 12] as const;
const AFFINE = [
  [0, -1, 0, 15],
  [0, 0, 1.5, 0],
  [-2, 0, 0, 20],
];

function nifti(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(352 + values.length * 2);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  for (const [axis, size] of [3, ...EXTENT, 1, 1, 1, 1].entries()) {
    view.setInt16(40 + 2 * axis, size, true);
  }
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  for (const [axis, size] of [1, 2, 1, 1.5].entries()) view.setFloat32(76 + 4 * axis, size, true);
  view.setFloat32(108, 352, true);
  view.setFloat32(112, 1, true);
  view.setInt16(254, 1, true);
  for (const [at, value] of AFFINE.flat().entries()) view.setFloat32(280 + 4 * at, value, true);
  bytes.set(new TextEncoder().encode('n+1\0'), 344);
  for (const [at, value] of values.entries()) view.setInt16(352 + 2 * at, value, true);
  return bytes;
}

/** Cases with a bright box each, of which every second is packed. */
function writeVolumes(project: Project): void {
  const [width, height, depth] = EXTENT;
  for (let number = 0; number < 6; number++) {
    const at = Array.from({ length: width * height * depth }, (_, index) => index);
    const inside = at.map((index) => {
      const [i, j, k] = [index % width, Math.floor(index / width) % height, index / width / height];
      return i > 2 && i < 7 && j > 3 + number && j < 9 + number && k > 3 && k < 9;
    });
    const image = nifti(inside.map((is, index) => (is ? 300 : 0) + ((index * 37) % 101)));
    project.write(`data/images/case${number}.nii.gz`, gzipSync(image));
    project.write(`data/masks/case${number}.nii.gz`, gzipSync(nifti(inside.map(Number))));
  }
  project.write('data/plain.nii', gunzipSync(readFileSync(project.at('data/images/case1.nii.gz'))));
}

const manifest = (reading: string, rest = '') =>
  MANIFEST.replace('dataset-images', 'dataset-volumes')
    .replace(
      /with: \{ root: data.*/,
      `with: { root: data, classes: { background: 0, lesion: 1 }, ${reading} }`,
    )
    .replace(/split: .*/, 'split: { validation: 0.34 }')
    .replace('depth: 1 }', 'depth: 1, lastBias: zero }')
    .replace('batch: 4', 'batch: 2') + rest;

/** Files that a page offers, by path. */
function savedBy(page: OpenPage): Promise<Record<string, number[]>> {
  return page.evaluate(`(async () => {
    const links = [...document.querySelectorAll('a[data-path]')];
    return Object.fromEntries(await Promise.all(links.map(async (link) =>
      [link.dataset.path, [...new Uint8Array(await (await fetch(link.href)).arrayBuffer())]])));
  })()`);
}

test.skipIf(chromium === undefined).each([
  // Half a minute each.
  ...further<readonly [string, string, string]>('the page of volumes', [
    [
      'slices with neighbours, resampled',
      'view: coronal, neighbours: 1, spacing: [1.5, 2, 1.2]',
      '',
    ],
    ['whole volumes, smaller than windows', 'view: volume', ''],
    ['windows larger than some of a side', 'view: volume', 'evaluate: { window: [16, 8, 8] }\n'],
    [
      'windows of volumes, mirrored',
      'view: volume',
      'evaluate: { window: [8, 8, 8], mirror: true }\n',
    ],
  ]),
] as const)(
  `the page of a package of %s predicts in Chromium what the command does${skipped}`,
  async (_, reading, rest) => {
    const project = emptyProject();
    writeVolumes(project);
    project.write('raremask.yaml', manifest(reading, rest));
    const trained = await raremask(project, 'train');
    expect(trained.status, trained.stderr).toBe(0);
    const rule = ['--set', 'evaluate.threshold=0.5', '--set', 'evaluate.minimumSize=3'];
    const made = await raremask(project, 'package', 'runs/tiny', '--out', 'handed', ...rule);
    expect(made.status, made.stderr).toBe(0);
    expect(project.read('handed/web/niivue.LICENSE')).toContain('BSD 2-Clause');
    const chosen = [project.at('data/images/case0.nii.gz'), project.at('data/plain.nii')];
    for (const [at, path] of chosen.entries()) {
      const done = await raremask(project, 'predict', 'handed', path, '--out', `predicted${at}`);
      expect(done.status, done.stderr).toBe(0);
    }
    const page = await openPage(chromium!, project.at('handed/predict.html'));
    await page.until(`document.getElementById('state')?.textContent === 'Ready.'`);
    await page.choose('#files', [...chosen, project.write('data/other.nrrd', 'NRRD0004')]);
    await page.until(`document.querySelectorAll('.card').length === 3`);
    expect(await page.evaluate(`document.querySelector('.failed p').textContent`)).toContain(
      'NIfTI',
    );
    // The last one that could be predicted, as soon as it is drawn.
    await page.until(`document.querySelector('.viewer')?.dataset.shown === 'plain.nii'`);
    const files = await savedBy(page);
    let found = 0;
    for (const [at, path] of chosen.entries()) {
      const id = basename(path).replace(/\.nii(\.gz)?$/, '');
      const own = gunzipSync(Buffer.from(files[`masks/${id}.nii.gz`]!));
      const command = readFileSync(project.at(`predicted${at}/masks/${id}.nii.gz`));
      expect(own).toEqual(gunzipSync(command));
      found += own.subarray(352).reduce((sum, value) => sum + value, 0);
      expect(files[`probabilities/${id}.nii.gz`]!.length).toBeGreaterThan(0);
    }
    expect(found).toBeGreaterThan(0);
    for (const width of [1280, 420]) {
      const shot = process.env.RAREMASK_SHOTS;
      const picture = await page.screenshot(width, 900);
      if (shot !== undefined) writeFileSync(`${shot}/volume-${width}.png`, picture);
      const wide = await page.evaluate<boolean>(
        'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
      );
      expect(wide).toBe(true);
    }
  },
);

test
  .skipIf(chromium === undefined)
  .each(further('the page of cases of several files', [['a file a channel']]))(
  `the page takes the files of a case together: %s${skipped}`,
  async () => {
    const project = emptyProject();
    writeVolumes(project);
    for (let number = 0; number < 6; number++) {
      const values = Array.from({ length: 10 * 16 * 12 }, (_, at) => (at * (number + 3)) % 97);
      project.write(`data/images/case${number}_t2.nii.gz`, gzipSync(nifti(values)));
    }
    for (let number = 0; number < 6; number++) {
      const at = (name: string) => project.at(`data/images/case${number}${name}.nii.gz`);
      renameSync(at(''), at('_t1'));
    }
    const files = 'images: ["images/{id}_t1.nii.gz", "images/{id}_t2.nii.gz"]';
    project.write('raremask.yaml', manifest(`view: axial, ${files}`));
    const trained = await raremask(project, 'train');
    expect(trained.status, trained.stderr).toBe(0);
    const made = await raremask(
      project,
      'package',
      'runs/tiny',
      '--out',
      'handed',
      '--set',
      'evaluate.threshold=0.5',
    );
    expect(made.status, made.stderr).toBe(0);
    const done = await raremask(project, 'predict', 'handed', 'data/images', '--out', 'predicted');
    expect(done.status, done.stderr).toBe(0);
    const page = await openPage(chromium!, project.at('handed/predict.html'));
    await page.until(`document.getElementById('state')?.textContent === 'Ready.'`);
    expect(await page.evaluate('document.body.textContent')).toContain(
      '{id}_t1.nii.gz, {id}_t2.nii.gz',
    );
    const chosen = ['case0_t2', 'case1_t2', 'case0_t1'];
    await page.choose(
      '#files',
      chosen.map((name) => project.at(`data/images/${name}.nii.gz`)),
    );
    await page.until(`document.querySelectorAll('.card').length === 2`);
    expect(await page.evaluate(`document.querySelector('.failed p').textContent`)).toContain(
      'the case case1 lacks case1_t1: drop all files of a case together',
    );
    const { 'masks/case0.nii.gz': own } = await savedBy(page);
    const command = gunzipSync(readFileSync(project.at('predicted/masks/case0.nii.gz')));
    expect(gunzipSync(Buffer.from(own!))).toEqual(command);
    expect(command.subarray(352).some((value) => value > 0)).toBe(true);
  },
);

test('a 3-D network of one size is exported at that of the windows, and has a page where these are named', async () => {
  const project = emptyProject();
  writeVolumes(project);
  project.write(
    'own.ts',
    ownModel(`({ images, weights }) => {
    const places = tf.reshape(tf.linspace(0, 1, images.shape[3]!), [1, 1, 1, -1, 1]);
    return { logits: tf.conv3d(tf.mul(images, places) as tf.Tensor5D, weights[0] as tf.Tensor5D, 1, 'same') };
  }`)
      .replace('[1, 1, 1, 2]', '[1, 1, 1, 1, 2]')
      .replace('[1, 1]', '[1, 1, 1]'),
  );
  project.write(
    'raremask.yaml',
    manifest('view: volume').replace(/model: .*/, 'model: { use: ./own.ts }'),
  );
  const trained = await raremask(project, 'train');
  expect(trained.status, trained.stderr).toBe(0);
  const made = (...options: string[]) =>
    raremask(project, 'package', 'runs/tiny', '--out', ...options);
  const auto = await made('auto');
  expect(auto.status, auto.stderr).toBe(0);
  expect(auto.stderr).toContain('model.onnx takes images of 96x96x96 alone');
  expect(auto.stderr).toContain('--set evaluate.window=[96,96,96]');
  expect(project.files('auto')).not.toContain('predict.html');
  const whole = await made('whole', '--set', 'evaluate.window=whole');
  expect(whole.status).toBe(1);
  expect(whole.stderr).toContain('--size 96x96x96');
  expect(project.files('.').filter((file) => file.startsWith('whole'))).toEqual([]);
  const named = await made('named', '--set', 'evaluate.window=[8,8,8]');
  expect(named.status, named.stderr).toBe(0);
  expect(project.files('named')).toContain('predict.html');
  expect(project.read('named/web/model.js')).toContain('"size":[8,8,8]');
});
