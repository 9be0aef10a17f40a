import { expect, test } from 'vitest';
import { further, furtherTest } from '../../../test/further.ts';
import { raremask, run } from './command.ts';
import { createProject, grey, MANIFEST, type Project } from './project.ts';
import { epochSeconds, metrics, progress, tensors } from './runFiles.ts';

/**
 * A loss that sends its own process a signal in the step that the environment names. It counts its
 * calls, and a compiled step calls it no more than twice: so these runs are eager, and without the
 * sentinel, which asks losses after each epoch.
 */
const SIGNALLING = `import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

let step = 0;
export default defineLoss({
  name: 'signalling',
  api: 1,
  create: () => ({ probabilities, target }) => {
    step++;
    const signal = process.env.TEST_SIGNAL;
    if (step === Number(process.env.TEST_STEP)) {
      if (process.env.TEST_TWICE) process.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      process.kill(process.pid, signal);
    }
    return tf.mean(tf.squaredDifference(probabilities, target), [1, 2, 3]);
  },
});
`;

/** All changes of a window, each of them in half of the windows. */
const AUGMENTED = `workers: 1, augment: { flip: 0.5, rotate: 0.5, turn: { probability: 0.5 },
  scale: { probability: 0.5 }, elastic: { probability: 0.5, spacing: 8 }, brightness: { probability: 0.5 },
  contrast: { probability: 0.5 }, gamma: { probability: 0.5 }, noise: { probability: 0.5 },
  blur: { probability: 0.5 }, cutout: { probability: 0.5 }, paste: { probability: 0.5 } }`;

/** Four epochs of two steps. */
function signallingProject(): Project {
  const project = createProject(
    MANIFEST.replace('  - { use: "@raremask/loss-ce" }', '  - { use: ./signalling.ts }')
      .replace('epochs: 2', 'epochs: 4, sentinel: off')
      .concat('backend: wasm\n'),
  );
  project.write('signalling.ts', SIGNALLING);
  return project;
}

/** What an uninterrupted run of a manifest leaves; the same manifest on the same data is run once. */
const uninterrupted = new Map<string, Promise<ReturnType<typeof leftBy>>>();

function leftBy(project: Project, run: string) {
  return {
    metrics: metrics(project.at(`${run}/metrics.csv`)),
    best: tensors(project.at(`${run}/checkpoints/best.safetensors`)),
    last: tensors(project.at(`${run}/checkpoints/last.safetensors`)),
  };
}

async function expectSameAsUninterrupted(project: Project): Promise<void> {
  const manifest = project.read('raremask.yaml');
  const whole = uninterrupted.get(manifest) ?? trainedAtOnce(project);
  uninterrupted.set(manifest, whole);
  expect(leftBy(project, 'runs/tiny')).toEqual(await whole);
}

async function trainedAtOnce(project: Project) {
  const { status, stderr } = await raremask(project, 'train', '--out', 'runs/whole');
  expect(status, stderr).toBe(0);
  return leftBy(project, 'runs/whole');
}

// Steps 3 and 4 are the first and the last of the second epoch; step 1 comes before any checkpoint.
test.each([
  ['SIGINT', 1],
  ...further('further signals and steps', [
    ['SIGINT', 3],
    ['SIGTERM', 4],
  ] as const),
] as const)(
  'a run that got %s in step %i goes on as if nothing had happened',
  async (signal, step) => {
    const project = signallingProject();
    const env = { TEST_SIGNAL: signal, TEST_STEP: `${step}` };
    const stopped = await run(project.folder, ['train'], env);
    expect(stopped.status, stopped.stderr).toBe(75);
    expect(stopped.stderr).toContain('raremask resume runs/tiny');
    const resumed = await raremask(project, 'resume', 'runs/tiny');
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain('report  runs/tiny/report.html');
    // The part of an epoch before the interruption counts once.
    const { seconds } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
    expect(seconds).toBeCloseTo(epochSeconds(project.at('runs/tiny/metrics.csv')), 0);
    await expectSameAsUninterrupted(project);
  },
);

test('a run that was killed between checkpoints loses the running epoch alone', async () => {
  const project = signallingProject();
  // Step 6 is the last of the third epoch.
  const env = { TEST_SIGNAL: 'SIGKILL', TEST_STEP: '6' };
  const killed = await run(project.folder, ['train'], env);
  expect(killed.status).toBe(null);
  expect(metrics(project.at('runs/tiny/metrics.csv')).map(({ epoch }) => epoch)).toEqual([
    '1',
    '2',
  ]);
  const resumed = await raremask(project, 'resume', 'runs/tiny');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/^epoch 3\/4/m);
  expect(resumed.stderr).not.toMatch(/^epoch 2\/4/m);
  await expectSameAsUninterrupted(project);
});

/** A sampler that sends the signal when it hears of the step. Every image once an epoch, in turn. */
const SIGNALLING_SAMPLER = `import { defineSampler } from '@raremask/core';
import { batchSize, survey } from '@raremask/core';

let step = 0;
export default defineSampler({
  name: 'signalling',
  api: 1,
  needs: { batchSize, survey },
  async create(options, services) {
    const { train } = await services.survey();
    return {
      *batches(epoch) {
        for (let at = 0; at < train.length; at += services.batchSize) {
          yield train.slice(at, at + services.batchSize).map((id, index) => ({
            id: train[(at + index + epoch) % train.length],
          }));
        }
      },
      observe() {
        step++;
        if (step === Number(process.env.TEST_STEP)) process.kill(process.pid, process.env.TEST_SIGNAL);
      },
    };
  },
});
`;

// Of three epochs of four steps, step 6 is the second of the second epoch; the next may have begun.
test.each([
  ['SIGINT', 'auto'],
  ...further('further signals, and wasm', [
    ['SIGKILL', 'auto'],
    ['SIGINT', 'wasm'],
  ] as const),
] as const)(
  'a run that got %s goes on as if nothing had happened, backend %s',
  async (signal, backend) => {
    const project = createProject(
      MANIFEST.replace('epochs: 2, batch: 4', 'epochs: 3, batch: 2').concat(
        `sampler: { use: ./sampler.ts }\nbackend: ${backend}\n`,
      ),
    );
    project.write('sampler.ts', SIGNALLING_SAMPLER);
    const env = { TEST_SIGNAL: signal, TEST_STEP: '6' };
    const stopped = await run(project.folder, ['train'], env);
    expect(stopped.status, stopped.stderr).toBe(signal === 'SIGINT' ? 75 : null);
    const { step } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
    expect(Number(step) > 0).toBe(signal === 'SIGINT');
    const resumed = await raremask(project, 'resume', 'runs/tiny');
    expect(resumed.status, resumed.stderr).toBe(0);
    await expectSameAsUninterrupted(project);
  },
);

/** Four epochs of twelve steps; half of the draws of empty images go to those of high loss. */
function miningProject(workers: number): Project {
  const project = signallingProject();
  const mining = `sampler:
  use: "@raremask/sampler"
  with: { foreground: 0.5, hardNegatives: { by: loss, share: 0.5 }, length: 12 }
train: { epochs: 4, batch: 4, workers: ${workers}, sentinel: off }
`;
  project.write('raremask.yaml', project.read('raremask.yaml').replace(/^train: .*\n/m, mining));
  // An empty image that is unlike the others.
  project.write(
    'data/images/scan01.png',
    grey((x, y) => ((x + y) % 2) * 255),
  );
  return project;
}

// Step 26 is the second of the third epoch. A signal that can be heard leaves a checkpoint behind it; one
// that cannot leaves that of the second epoch.
test.each(
  further('a signal to a run that mines', [
    ['SIGINT', 2],
    ['SIGKILL', 0],
  ] as const),
)(
  'a run that learns from its steps what to draw goes on after a %s, %i workers',
  async (signal, workers) => {
    const project = miningProject(workers);
    const env = { TEST_SIGNAL: signal, TEST_STEP: '26' };
    const stopped = await run(project.folder, ['train'], env);
    expect(stopped.status, stopped.stderr).toBe(signal === 'SIGINT' ? 75 : null);
    const { epoch, step, sampler } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
    const heard = signal === 'SIGINT';
    expect(epoch).toBe(2);
    expect(Number(step) > 0).toBe(heard);
    expect(sampler).toMatchObject({
      epoch: heard ? 2 : 1,
      averages: expect.toSatisfy((images: unknown[]) => images.length >= 2),
      heard: expect.toSatisfy((images: unknown[]) => images.length >= 2),
    });
    const resumed = await raremask(project, 'resume', 'runs/tiny');
    expect(resumed.status, resumed.stderr).toBe(0);
    await expectSameAsUninterrupted(project);
  },
);

// That readers go on with the same windows from a later batch is shown in the engine's tests.
test.each(
  further('a run with every augmentation and a reader thread', [
    ['SIGKILL', 6],
    ['SIGINT', 3],
  ] as const),
)(
  'a run with every augmentation and a reader thread that got %s in step %i goes on with the same windows',
  async (signal, step) => {
    const project = signallingProject();
    const manifest = project.read('raremask.yaml').replace('workers: 0', AUGMENTED);
    project.write('raremask.yaml', manifest);
    const env = { TEST_SIGNAL: signal, TEST_STEP: `${step}` };
    const stopped = await run(project.folder, ['train'], env);
    expect(stopped.status, stopped.stderr).toBe(signal === 'SIGINT' ? 75 : null);
    const resumed = await raremask(project, 'resume', 'runs/tiny', '--json');
    expect(resumed.status, resumed.stderr).toBe(0);
    const { waitSeconds } = JSON.parse(resumed.stdout) as { waitSeconds: number };
    expect(waitSeconds).toBeGreaterThanOrEqual(0);
    const rows = metrics(project.at('runs/tiny/metrics.csv'));
    // Empty windows are half of the 8 of an epoch, and every second of those gets a structure.
    expect(rows.reduce((sum, { masks_pasted }) => sum + Number(masks_pasted), 0)).toBeGreaterThan(
      0,
    );
    await expectSameAsUninterrupted(project);
  },
);

/** Four epochs of eight batches; four batches make an update, and averaged weights are validated. */
const GATHERED = `train:
  epochs: 4
  sentinel: off
  batch: 1
  workers: 0
  accumulate: 4
  average: { decay: 0.8 }
  schedule: { use: plateau, with: { patience: 1, factor: 0.5 } }
`;

// A signal is heard after its batch or the next: 2 or 3 of four batches are gathered then, and saved.
test.each(
  further('a signal or a kill between updates', [
    ['SIGINT', 10],
    ['SIGKILL', 22],
  ] as const),
)(
  'a run that gathers gradients, averages weights and waits for a plateau got %s in batch %i, and goes on',
  async (signal, batch) => {
    const project = signallingProject();
    const manifest = project.read('raremask.yaml').replace(/^train: .*\n/m, GATHERED);
    project.write('raremask.yaml', manifest);
    const env = { TEST_SIGNAL: signal, TEST_STEP: `${batch}` };
    const stopped = await run(project.folder, ['train'], env);
    expect(stopped.status, stopped.stderr).toBe(signal === 'SIGINT' ? 75 : null);
    const { step } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
    expect([2, 3].includes(Number(step))).toBe(signal === 'SIGINT');
    const resumed = await raremask(project, 'resume', 'runs/tiny');
    expect(resumed.status, resumed.stderr).toBe(0);
    await expectSameAsUninterrupted(project);
  },
);

furtherTest('what is drawn follows from what was heard', async () => {
  const project = miningProject(0);
  await raremask(project, 'train', '--out', 'runs/loss');
  const other = await raremask(
    project,
    'train',
    '--out',
    'runs/alarms',
    '--set',
    'sampler.with.hardNegatives.by=alarms',
  );
  expect(other.status, other.stderr).toBe(0);
  const [loss, alarms] = ['loss', 'alarms'].map((name) =>
    metrics(project.at(`runs/${name}/metrics.csv`)),
  );
  expect(alarms![0]).toEqual(loss![0]);
  expect(alarms![3]).not.toEqual(loss![3]);
});

test('a second signal ends the process at once', async () => {
  const project = signallingProject();
  const env = { TEST_SIGNAL: 'SIGINT', TEST_STEP: '3', TEST_TWICE: '1' };
  const { status, stderr } = await run(project.folder, ['train'], env);
  expect(status, stderr).toBe(130);
  expect(stderr).toContain('once more to stop at once');
});

test('a finished run can be given more epochs', async () => {
  const project = createProject();
  await raremask(project, 'train');
  const { status, stderr } = await raremask(
    project,
    'resume',
    'runs/tiny',
    '--set',
    'train.epochs=3',
  );
  expect(status, stderr).toBe(0);
  expect(metrics(project.at('runs/tiny/metrics.csv')).map(({ epoch }) => epoch)).toEqual([
    '1',
    '2',
    '3',
  ]);
});

test('a folder that is no run cannot be gone on with', async () => {
  const project = createProject();
  const { status, stderr } = await raremask(project, 'resume', 'data');
  expect(status).toBe(2);
  expect(stderr).toContain('RAREMASK_NOT_A_RUN');
});
