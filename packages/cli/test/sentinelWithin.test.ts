import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { furtherTest } from '../../../test/further.ts';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, progress, tensors } from './runFiles.ts';

/** Batches of two, 192 an epoch: stretches of 48. In the step that the environment names it sends a signal. */
const LONG = `import { defineSampler, survey } from '@raremask/core';

let step = 0;
export default defineSampler({
  name: 'long',
  api: 1,
  needs: { survey },
  async create(options, services) {
    const { train } = await services.survey();
    return {
      *batches() {
        for (let at = 0; at < 192; at++) {
          yield [at, at + 1].map((index) => ({ id: train[index % train.length] }));
        }
      },
      observe() {
        step++;
        if (step === Number(process.env.TEST_STEP)) process.kill(process.pid, 'SIGINT');
      },
    };
  },
});
`;

function longProject(train: string, losses?: string): Project {
  const project = createProject(
    MANIFEST.replace('epochs: 2, batch: 4', `batch: 2, ${train}`)
      .replace(/loss:\n(?: {2}- .*\n)+/, (all) =>
        losses === undefined ? all : `loss: ${losses}\n`,
      )
      .concat('sampler: { use: ./long.ts }\n'),
  );
  project.write('long.ts', LONG);
  return project;
}

interface Finding {
  readonly type: string;
  readonly problem: string;
  readonly epoch: number;
  readonly step?: number;
  readonly since: number;
  readonly sinceStep?: number;
  readonly done?: string;
}

/** Without the time of each. */
function findings(project: Project, folder: string): readonly Finding[] {
  return readFileSync(project.at(folder, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding & { readonly time: string })
    .filter(({ type }) => type === 'finding')
    .map(({ time: _, ...finding }) => finding);
}

function leftBy(project: Project, folder: string) {
  return {
    metrics: metrics(project.at(folder, 'metrics.csv')),
    last: tensors(project.at(folder, 'checkpoints/last.safetensors')),
  };
}

test('a collapse within a long epoch is named there, and may end it', async () => {
  const project = longProject(
    'epochs: 3, schedule: constant, optimizer: { learningRate: 100 }, sentinel: { act: [stop] }',
  );
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  const [first] = findings(project, 'runs/tiny');
  expect(first, stderr).toMatchObject({ epoch: 1, since: 1 });
  // A look is after every 48 steps.
  expect(first!.step! % 48).toBe(0);
  expect(first!.step! - first!.sinceStep!).toBeLessThan(200);
  expect(first!.done).toBe('the training ends here');
  expect(stderr).toMatch(/sentinel, since step \d+ of epoch 1: /);
  expect(project.read('runs/tiny/report.html')).toContain(
    `Since step ${first!.sinceStep} of epoch 1`,
  );
  // The epoch that was cut short is scored.
  expect(metrics(project.at('runs/tiny/metrics.csv'))).toHaveLength(1);
  const { totalSteps } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
  expect(totalSteps).toBe(first!.step);
});

test('a network that stands still is named within an epoch', async () => {
  const project = longProject('epochs: 1, optimizer: { learningRate: 1.0e-9 }');
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(findings(project, 'runs/tiny')[0], stderr).toMatchObject({ epoch: 1, sinceStep: 1 });
});

const DEAF = '[{ use: "@raremask/loss-dice", with: { empty: ignore } }]';

test('looks do not change what is trained', async () => {
  const project = longProject('epochs: 1', DEAF);
  for (const [out, set] of [
    ['runs/seen', 'train.sentinel={}'],
    ['runs/unseen', 'train.sentinel=off'],
  ] as const) {
    const { status, stderr } = await raremask(project, 'train', '--out', out, '--set', set);
    expect(status, stderr).toBe(0);
  }
  expect(leftBy(project, 'runs/seen')).toEqual(leftBy(project, 'runs/unseen'));
});

/** A run in which every pixel is taken for foreground at first: what there is to unlearn on empty images. */
function switchingProject(): Project {
  const train =
    'epochs: 2, schedule: constant, optimizer: { learningRate: 0.003 }, sentinel: { act: [switch-empty] }';
  const project = longProject(train, DEAF);
  project.write(
    'raremask.yaml',
    project.read('raremask.yaml').replace('depth: 1', 'depth: 1, lastBias: zero'),
  );
  return project;
}

test('switches what an empty image contributes', async () => {
  const project = switchingProject();
  const whole = await raremask(project, 'train', '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  expect(findings(project, 'runs/whole')[0], whole.stderr).toMatchObject({
    problem: 'empty-silent',
    done: expect.stringContaining('empty: cross-entropy'),
  });
  // Without the switch the losses, and what they teach, are others.
  const without = ['--set', 'train.sentinel.act=[]'];
  const deaf = await raremask(project, 'train', '--out', 'runs/deaf', ...without);
  expect(deaf.status, deaf.stderr).toBe(0);
  expect(leftBy(project, 'runs/deaf').last).not.toEqual(leftBy(project, 'runs/whole').last);
});

furtherTest('a run that was stopped after a switch goes on with it', async () => {
  const project = switchingProject();
  const whole = await raremask(project, 'train', '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  const [first] = findings(project, 'runs/whole');
  // 20 steps into the stretch after the switch.
  const at = `${(first!.epoch - 1) * 192 + first!.step! + 20}`;
  const stopped = await run(project.folder, ['train'], { TEST_STEP: at });
  expect(stopped.status, stopped.stderr).toBe(75);
  const { step } = progress(project.at('runs/tiny/checkpoints/last.safetensors'));
  expect(Number(step) % 48).not.toBe(0);
  const resumed = await raremask(project, 'resume', 'runs/tiny');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(leftBy(project, 'runs/tiny')).toEqual(leftBy(project, 'runs/whole'));
  expect(findings(project, 'runs/tiny').at(-1)).toEqual(findings(project, 'runs/whole').at(-1));
});
