import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

/** A loss that sends its own process a signal in the step that the environment names. */
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
    return tf.mean(tf.squaredDifference(probabilities, target));
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
    MANIFEST.replace('  - { use: "@raremask/loss-ce" }', '  - { use: ./signalling.ts }').replace(
      'epochs: 2',
      'epochs: 4',
    ),
  );
  project.write('signalling.ts', SIGNALLING);
  return project;
}

async function expectSameAsUninterrupted(project: Project): Promise<void> {
  const whole = await raremask(project, 'train', '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  expect(metrics(project.at('runs/tiny/metrics.csv'))).toEqual(
    metrics(project.at('runs/whole/metrics.csv')),
  );
  for (const which of ['best', 'last']) {
    expect(tensors(project.at(`runs/tiny/checkpoints/${which}.safetensors`)), which).toEqual(
      tensors(project.at(`runs/whole/checkpoints/${which}.safetensors`)),
    );
  }
}

// Steps 3 and 4 are the first and the last of the second epoch; step 1 comes before any checkpoint.
test.each([
  ['SIGINT', 1],
  ['SIGINT', 3],
  ['SIGTERM', 4],
])('a run that got %s in step %i goes on as if nothing had happened', async (signal, step) => {
  const project = signallingProject();
  const env = { TEST_SIGNAL: signal, TEST_STEP: `${step}` };
  const stopped = await run(project.folder, ['train'], env);
  expect(stopped.status, stopped.stderr).toBe(75);
  expect(stopped.stderr).toContain('raremask resume runs/tiny');
  const resumed = await raremask(project, 'resume', 'runs/tiny');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stdout).toContain('report  runs/tiny/report.html');
  await expectSameAsUninterrupted(project);
});

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

test.each([
  ['SIGKILL', 6],
  ['SIGINT', 3],
])(
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
