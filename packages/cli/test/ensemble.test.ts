import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { prepareBackend } from '@raremask/backends';
import { loadManifest } from '@raremask/core/manifest';
import { type MemberRun, predictTogether, train } from '@raremask/engine';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { predictImages } from '../src/jobs/predictImages.ts';
import { runsOf } from '../src/sweep/networks.ts';
import { planSweep } from '../src/sweep/plan.ts';
import { createProject, grey, type Project } from './project.ts';
import { finished, standard } from './sweepFixture.ts';
import { writeVolumes } from './volumes.ts';

const RATES = 'train.optimizer.learningRate';
const quiet = () => undefined;

/** A sweep of two rates and two seeds; of the first rate only one trial is there, and it is the best. */
async function trainedSweep(): Promise<{ readonly project: Project; readonly path: string }> {
  await prepareBackend('wasm');
  const project = createProject();
  const loaded = await loadManifest([project.at('raremask.yaml')], { standard });
  const settings = { grid: { [RATES]: [0.01, 0.05] } };
  const asked = { name: 'tried', loaded, seeds: [0, 1], settings };
  const { folder, record } = await planSweep(asked, quiet);
  for (const [at, { id, settings: own, seed }] of record.trials.entries()) {
    if (at === 1) continue;
    const set = [`${RATES}=${own[RATES]}`, `seed=${seed}`, 'train.epochs=4'];
    const trial = await loadManifest([project.at('raremask.yaml')], { standard, set });
    const backend = { name: 'wasm', reason: 'wasm', notes: [] };
    await train(trial, { backend, version: '0', onEvent: quiet, out: folder.trial(id) });
    finished(project, `sweeps/tried/trials/${id}`, at === 0 ? 0.9 : 0.5);
  }
  return { project, path: folder.path };
}

interface Result {
  readonly networks: readonly string[];
  readonly images: readonly { readonly id: string; readonly doubt?: number }[];
}

async function predicted(
  project: Project,
  run: string,
  out: string,
  more: Partial<Parameters<typeof predictImages>[2]> = {},
) {
  const notes: string[] = [];
  let result: Result | undefined;
  const console = {
    ...{ json: true, color: false, width: 100 },
    result: (value: unknown) => {
      result = value as Result;
    },
    text: quiet,
    note: (_: string, text: string) => void notes.push(text),
    problem: quiet,
  };
  const options = { out: project.at(out), probabilities: true, backend: 'wasm', ...more };
  const status = await predictImages(run, project.at('new'), options, console);
  return { status, notes, result: result! };
}

const pixels = (project: Project, path: string) => [...decode(readFileSync(project.at(path))).data];

test('the networks of a sweep predict together: means, doubt, parts as one call, and no mixing', async () => {
  const { project, path } = await trainedSweep();
  for (let index = 0; index < 18; index++) {
    const width = index % 3 === 0 ? 21 : 16;
    const name = `new/${`${index}`.padStart(2, '0')}.png`;
    project.write(
      name,
      grey(
        (x, y) => (x >= index % 9 && x < (index % 9) + 4 && y > 5 ? 200 : 60) + ((x * 7) % 31),
        width,
      ),
    );
  }
  const { status, notes, result } = await predicted(project, path, 'together');
  expect(status).toBe(0);
  // The best settings with all of their trials, though one trial of the others is better.
  expect(notes.join('\n')).toContain(`2 networks predict together: ${RATES}=0.05 (`);
  expect(result.networks).toHaveLength(2);
  for (const [at, run] of result.networks.entries()) await predicted(project, run, `alone${at}`);
  let apart = 0;
  for (const { id, doubt } of result.images) {
    const own = [0, 1].map((at) => pixels(project, `alone${at}/probabilities/${id}.png`));
    const mean = pixels(project, `together/probabilities/${id}.png`);
    const map = pixels(project, `together/doubt/${id}.png`);
    expect(mean).toHaveLength(own[0]!.length);
    for (const [pixel, one] of own[0]!.entries()) {
      const other = own[1]![pixel]!;
      expect(Math.abs(mean[pixel]! - (one + other) / 2)).toBeLessThanOrEqual(1.01);
      // Of two, the deviation is half of their distance.
      expect(Math.abs(map[pixel]! - Math.abs(one - other) / 2)).toBeLessThanOrEqual(1.51);
    }
    apart = Math.max(apart, ...map);
    expect(Math.abs(doubt! * 65535 - Math.max(...map))).toBeLessThanOrEqual(0.51);
  }
  expect(apart).toBeGreaterThan(500);
  expect(project.read('together/predictions.csv')).toMatch(/^id,width,.*,largest_doubt\n/);
  expect(project.read('alone0/predictions.csv')).not.toContain('doubt');
  expect(existsSync(project.at('alone0/doubt'))).toBe(false);

  for (const number of [2, 1]) {
    await predicted(project, path, 'parts', { part: { number, of: 2 } });
  }
  const files = project.files('together').filter((name) => !name.endsWith('.json'));
  expect(files).toHaveLength(3 * 18 + 1);
  for (const name of files) {
    expect(readFileSync(project.at(`parts/${name}`)), name).toEqual(
      readFileSync(project.at(`together/${name}`)),
    );
  }

  // Runs that are named one by one are the same networks; one that is named again is no other.
  const [first, second] = result.networks as [string, string];
  const named = await predicted(project, first, 'named', { with: [second, first] });
  expect(named.result.networks).toEqual(result.networks);
  expect(project.read('named/predictions.json')).toContain(
    JSON.parse(project.read('together/predictions.json')).networks[1].checkpoint.sha256,
  );
  for (const name of ['predictions.csv', 'masks/04.png', 'doubt/04.png']) {
    expect(readFileSync(project.at(`named/${name}`)), name).toEqual(
      readFileSync(project.at(`together/${name}`)),
    );
  }

  // Others of the same sweep are no more of these predictions than another run is.
  const one = { settings: [`${RATES}=0.01`], part: { number: 1, of: 2 } };
  await expect(predicted(project, path, 'parts', one)).rejects.toMatchObject({
    code: 'RAREMASK_PREDICTIONS_DIFFER',
  });
  const alone = await predicted(project, path, 'masks', { ...one, probabilities: false });
  expect(alone.result.networks).toHaveLength(1);
  expect(alone.notes.join('\n')).toContain('1 of 2 trials are not finished');
  expect(existsSync(project.at('masks/doubt'))).toBe(false);
  const wrong = { settings: ['train.batch=3'] };
  await expect(predicted(project, path, 'wrong', wrong)).rejects.toMatchObject({
    code: 'RAREMASK_SWEEP_NETWORKS',
  });
  await expect(runsOf(result.networks[0]!, [`${RATES}=0.05`], quiet)).rejects.toMatchObject({
    code: 'RAREMASK_NOT_A_SWEEP',
  });
});

const VOLUMES = `name: tiny
seed: 7
data:
  use: "@raremask/dataset-volumes"
  with: { root: set, view: VIEW }
  split: { validation: 0.3 }
model: { use: "@raremask/unet", with: { filters: 2, depth: 1 } }
loss: [{ use: "@raremask/loss-dice", with: { pool: batch } }]
train: { epochs: 4, batch: 2, workers: 0, optimizer: { learningRate: 0.05 } }
evaluate: { mirror: true, window: WINDOW }
`;

// Slices go through the network one by one, and a volume in windows that overlap; both become one file a case.
test.each([
  ['axial', 'whole'] as const,
  ...further('networks of volumes together', [['volume', '[4, 8, 8]']] as const),
])(
  'networks of the %s view predict volumes together, and their doubt is a volume',
  async (view, window) => {
    await prepareBackend('wasm');
    const text = VOLUMES.replace('VIEW', view).replace('WINDOW', window);
    const project = createProject(text);
    writeVolumes(project);
    const runs: MemberRun[] = [];
    for (const seed of [0, 1]) {
      const set = [`seed=${seed}`];
      const loaded = await loadManifest([project.at('raremask.yaml')], { standard, set });
      const path = project.at(`runs/${seed}`);
      const backend = { name: 'wasm', reason: 'wasm', notes: [] };
      await train(loaded, { backend, version: '0', onEvent: quiet, out: path });
      runs.push({ loaded, path });
    }
    const input = project.at('set/imagesTs');
    const predict = async (out: string, of: readonly MemberRun[]) => {
      await predictTogether(of, { input, out: project.at(out), onEvent: quiet });
      const shares = (folder: string) => {
        const bytes = gunzipSync(readFileSync(project.at(out, folder, 't.nii.gz')));
        return Array.from({ length: 16 * 16 * 4 }, (_, at) => bytes.readUInt16LE(352 + 2 * at));
      };
      return shares;
    };
    const together = await predict('together', runs);
    const alone = [await predict('one', [runs[0]!]), await predict('other', [runs[1]!])];
    const [one, other] = alone.map((shares) => shares('probabilities'));
    const [mean, doubt] = [together('probabilities'), together('doubt')];
    for (const [at, own] of one!.entries()) {
      expect(Math.abs(mean![at]! - (own + other![at]!) / 2)).toBeLessThanOrEqual(1.01);
      expect(Math.abs(doubt![at]! - Math.abs(own - other![at]!) / 2)).toBeLessThanOrEqual(1.51);
    }
    expect(Math.max(...doubt!)).toBeGreaterThan(200);
    // Networks of another task say nothing of these pixels.
    const set = ['data.with.spacing=1'];
    const fine = await loadManifest([project.at('raremask.yaml')], { standard, set });
    const wrong = predict('wrong', [runs[0]!, { loaded: fine, path: runs[1]!.path }]);
    await expect(wrong).rejects.toMatchObject({ code: 'RAREMASK_NETWORKS_DIFFER' });
    expect(existsSync(project.at('wrong'))).toBe(false);
  },
);
