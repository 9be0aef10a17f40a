import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatePhantom } from '@raremask/dataset-phantom';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { createProject, emptyProject, MANIFEST, type Project } from './project.ts';
import { metrics } from './runFiles.ts';

interface Finding {
  readonly type: string;
  readonly problem: string;
  readonly epoch: number;
  readonly since: number;
  readonly advice: readonly string[];
}

function findings(project: Project, run: string): readonly Finding[] {
  return readFileSync(project.at(run, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
    .filter(({ type }) => type === 'finding');
}

test('a rate that is far too high is named, ends the training where that is allowed, and is in the report', async () => {
  const project = createProject(
    MANIFEST.replace(
      'epochs: 2,',
      'epochs: 6, optimizer: { learningRate: 100 }, sentinel: { act: [stop] },',
    ),
  );
  const { status, stdout, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  const [first] = findings(project, 'runs/tiny');
  expect(first, stderr).toMatchObject({
    problem: expect.stringMatching(/saturated|rate-too-high/),
  });
  expect(first!.epoch - first!.since).toBeLessThan(3);
  const advice = 'Lower `train.optimizer.learningRate: 0.001` (100 now).';
  expect(first!.advice).toContain(advice);
  expect(stderr).toMatch(/sentinel, .*the training ends here/s);
  expect(stdout).toContain(advice);
  expect(stderr).not.toContain('epoch 6/6');
  const page = project.read('runs/tiny/report.html');
  expect(page).toContain('While it trained');
  expect(page).toContain('train.optimizer.learningRate: 0.001');
});

test('lowers the rate, goes back, and goes on in the same way after a resume', async () => {
  const manifest = MANIFEST.replace(
    'epochs: 2,',
    'epochs: 5, schedule: constant, optimizer: { learningRate: 100 }, sentinel: { act: [lower-rate, restore-best] },',
  );
  const project = createProject(manifest);
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  const [first] = findings(project, 'runs/tiny');
  const rates = project
    .read('runs/tiny/metrics.csv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]));
  expect(rates.slice(0, first!.epoch)).toEqual(Array(first!.epoch).fill(100));
  expect(rates[first!.epoch]).toBe(10);
  // Ended after the epoch of the finding, and gone on with: what was lowered stays so.
  const short = ['--out', 'runs/short', '--set', `train.epochs=${first!.epoch}`];
  const begun = await raremask(project, 'train', ...short);
  expect(begun.status, begun.stderr).toBe(0);
  const more = await raremask(project, 'resume', 'runs/short', '--set', 'train.epochs=5');
  expect(more.status, more.stderr).toBe(0);
  expect(metrics(project.at('runs/short/metrics.csv'))).toEqual(
    metrics(project.at('runs/tiny/metrics.csv')),
  );
  expect(findings(project, 'runs/short')).toEqual(
    findings(project, 'runs/tiny').map((one) => ({ ...one, time: expect.any(String) })),
  );
});

test('says nothing where it is switched off', async () => {
  const project = createProject(
    MANIFEST.replace('epochs: 2,', 'epochs: 3, optimizer: { learningRate: 100 }, sentinel: off,'),
  );
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(findings(project, 'runs/tiny')).toEqual([]);
});

/** A small phantom of half a minute's training. */
async function phantom(cases = 12): Promise<Project> {
  const project = emptyProject();
  const out = project.at('data');
  await generatePhantom({ out, seed: 7, cases, slicesPerCase: 12, size: 48 });
  // To an image of another case.
  shuffle(project, 61);
  return project;
}

/** Beside the masks, the same with every one given to an image so many names on. */
function shuffle(project: Project, by: number): void {
  const names = readdirSync(project.at('data/masks')).toSorted();
  mkdirSync(project.at('data/shuffled'));
  for (const [index, name] of names.entries()) {
    const other = names[(index + by) % names.length]!;
    copyFileSync(project.at('data/masks', other), project.at('data/shuffled', name));
  }
}

const POOLED = '{ use: "@raremask/loss-dice", with: { pool: batch } }';
const PIXELS = '{ use: "@raremask/loss-ce" }';
const DEAF = '{ use: "@raremask/loss-dice", with: { empty: ignore } }';

interface Parts {
  readonly cases?: number;
  readonly name?: string;
  readonly split?: string;
  readonly nodule?: number;
  readonly epochs?: number;
  readonly losses?: readonly string[];
  readonly sampler?: string;
  readonly train?: string;
  readonly model?: string;
  readonly masks?: string;
}

function manifestOf(parts: Parts): string {
  const { losses = [POOLED, PIXELS], sampler = '{ foreground: 0.5 }', masks = 'masks' } = parts;
  const { train = 'optimizer: { learningRate: 0.003 }', model = '' } = parts;
  const { name = 'ph', nodule = 255, epochs = 7 } = parts;
  const { split = '{ train: train.txt, validation: val.txt, test: test.txt }' } = parts;
  return `name: ${name}
seed: 7
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "${masks}/{id}.png", classes: { background: 0, nodule: ${nodule} } }
  split: ${split}
  unlikely: accept
model: { use: "@raremask/unet", with: { filters: 8, depth: 3${model} } }
loss:
${losses.map((loss) => `  - ${loss}`).join('\n')}
sampler: { use: "@raremask/sampler", with: ${sampler} }
train: { epochs: ${epochs}, workers: 0, ${train} }
`;
}

/** Each with what the sentinel calls it, and a setting that it advises. */
const COLLAPSING: readonly (readonly [string, Parts, RegExp, string])[] = [
  [
    'smoothing of 5000',
    { losses: ['{ use: "@raremask/loss-dice", with: { smooth: 5000, empty: smooth } }'] },
    /background/,
    'loss[0].with.smooth',
  ],
  [
    'a Dice that is deaf on empty images',
    { losses: [DEAF], model: ', lastBias: zero' },
    /empty-silent/,
    'loss[0].with.empty',
  ],
  [
    'no empty images',
    { losses: [DEAF], model: ', lastBias: zero', sampler: '{ emptyImages: leave-out }' },
    /empty-silent/,
    'sampler.with.emptyImages',
  ],
  [
    'a rate of 10',
    { train: 'optimizer: { learningRate: 10 }' },
    /saturated|rate-too-high/,
    'train.optimizer.learningRate',
  ],
  [
    'a rate of 0.3',
    { train: 'optimizer: { learningRate: 0.3 }' },
    /saturated|rate-too-high/,
    'train.optimizer.learningRate',
  ],
  [
    'a rate of 1e-9',
    { train: 'optimizer: { learningRate: 1.0e-9 }' },
    /loss-constant/,
    'train.optimizer.learningRate',
  ],
  [
    'a clip of 1e-6',
    { train: 'clip: 1.0e-6, optimizer: { use: sgd, learningRate: 0.01 }' },
    /loss-constant/,
    'train.clip',
  ],
  // Of 12 cases five validation images have foreground, by which a seed in three says nothing.
  ['shuffled labels', { masks: 'shuffled', cases: 24 }, /labels/, 'raremask inspect'],
  [
    'a weight of 3000',
    {
      losses: [POOLED, '{ use: "@raremask/loss-ce", weight: 3000 }'],
      sampler: '{ foreground: natural }',
    },
    /term-outweighs/,
    'loss[1].weight',
  ],
  [
    'class weights of 3000',
    { losses: ['{ use: "@raremask/loss-ce", with: { classWeights: { nodule: 3000 } } }'] },
    /empty-silent|alarms/,
    'loss[0].with.classWeights',
  ],
  [
    'batches without foreground',
    { sampler: '{ foreground: 0.05 }', train: 'batch: 2, optimizer: { learningRate: 0.003 }' },
    /bare-batches/,
    'sampler.with.foreground',
  ],
  [
    'a last bias of 30',
    { losses: [POOLED], model: ', lastBias: 30' },
    /saturated/,
    'model.with.lastBias',
  ],
];

test.each(further('twelve manifests that collapse', COLLAPSING))(
  'the sentinel names %s within three epochs, and what to change',
  { timeout: 300_000 },
  async (_, parts, problem, setting) => {
    const project = await phantom(parts.cases);
    project.write('raremask.yaml', manifestOf(parts));
    const { status, stderr } = await raremask(project, 'train');
    expect(status, stderr).toBe(0);
    const found = findings(project, 'runs/ph');
    const named = found.find((one) => problem.test(one.problem));
    expect(named, JSON.stringify(found)).toBeDefined();
    expect(named!.epoch - named!.since).toBeLessThan(3);
    expect(named!.advice.join(' ')).toContain(setting);
  },
);

const HEALTHY: readonly (readonly [string, Parts])[] = [
  ['Dice and cross-entropy', {}],
  ['cross-entropy alone, as in the data', { losses: [PIXELS], sampler: '{ foreground: natural }' }],
  ['batches of one', { train: 'batch: 1, optimizer: { learningRate: 0.003 }' }],
  ['a slow rate', { train: 'optimizer: { learningRate: 0.0005 }' }],
];

test.each(further('healthy controls', HEALTHY))(
  'the sentinel says nothing of %s',
  { timeout: 300_000 },
  async (_, parts) => {
    const project = await phantom();
    project.write('raremask.yaml', manifestOf(parts));
    const { status, stderr } = await raremask(project, 'train');
    expect(status, stderr).toBe(0);
    expect(findings(project, 'runs/ph')).toEqual([]);
  },
);

const data =
  process.env.RAREMASK_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const patches = join(data, 'lung_ct_patches');

/** On real patches, of which few are empty, other batches move every figure. At the end: what may be named before. */
const REAL: readonly (readonly [string, Parts, RegExp | undefined, string, string])[] = [
  [
    'a rate of 1e-9',
    { train: 'optimizer: { learningRate: 1.0e-9 }' },
    /^loss-constant$/,
    'train.optimizer.learningRate',
    '',
  ],
  [
    'a clip of 1e-6',
    { train: 'clip: 1.0e-6, optimizer: { use: sgd, learningRate: 0.01 }' },
    /^loss-constant$/,
    'train.clip',
    '',
  ],
  [
    'a Dice that is deaf on empty images',
    { losses: [DEAF], model: ', lastBias: zero' },
    /^empty-silent$/,
    'loss[0].with.empty',
    '',
  ],
  [
    'a weight decay of 30',
    { train: 'optimizer: { use: adamw, learningRate: 0.003, with: { weightDecay: 30 } }' },
    /^background$/,
    'train.optimizer.with.weightDecay',
    '',
  ],
  // As long as its Dice rises it may be learning: on some processors it has learnt where structures lie some epochs later,
  // and all of the empty images have had alarms until then.
  [
    'masks of other patches',
    { masks: 'shuffled', epochs: 12 },
    /^labels$/,
    'raremask inspect',
    'alarms',
  ],
  ['nothing of Dice and cross-entropy', {}, undefined, '', ''],
];

test.skipIf(!existsSync(patches)).each(further('real patches', REAL))(
  'of real patches (RAREMASK_DATA) the sentinel names %s',
  { timeout: 300_000 },
  async (_, parts, problem, setting, before) => {
    const project = emptyProject();
    cpSync(patches, project.at('data'), { recursive: true });
    shuffle(project, 31);
    const split = '{ train: train.txt, validation: val.txt }';
    project.write(
      'raremask.yaml',
      manifestOf({ name: 'real', split, nodule: 1, epochs: 6, ...parts }),
    );
    const { status, stderr } = await raremask(project, 'train');
    expect(status, stderr).toBe(0);
    const found = findings(project, 'runs/real').filter((one) => one.problem !== before);
    if (problem === undefined) {
      expect(found).toEqual([]);
      return;
    }
    expect(found.map((one) => one.problem)).toEqual([expect.stringMatching(problem)]);
    expect(found[0]!.epoch - found[0]!.since).toBeLessThan(3);
    expect(found[0]!.advice[0]).toContain(setting);
  },
);
