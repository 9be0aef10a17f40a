import { prepareBackend } from '@raremask/backends';
import { loadRuntime, onProvider, type Runtime } from '@raremask/compiler';
import { loadManifest } from '@raremask/core/manifest';
import { type RunEvent, train } from '@raremask/engine';
import { expect, test } from 'vitest';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, progress, tensors } from './runFiles.ts';

const outcome = await loadRuntime();
if (outcome.state !== 'ok') console.warn(`skipped: onnxruntime-node (${outcome.detail})`);

const DROPOUT = MANIFEST.replace('depth: 1 }', 'depth: 1, dropout: 0.2 }');

/** Batches of one image, so often that the sentinel looks within the epoch. */
const LONG = DROPOUT.replace(
  'train: { epochs: 2, batch: 4, workers: 0 }',
  'sampler: { use: "@raremask/sampler", with: { length: 112 } }\ntrain: { epochs: 2, batch: 1, workers: 1 }',
);

interface Trained {
  readonly project: Project;
  readonly events: readonly RunEvent[];
  /** Runs of sessions. */
  readonly runs: number;
}

/** @param repeats whether several steps are made in one run, as on CUDA */
async function trained(
  runtime: Runtime,
  manifest: string,
  repeats: boolean,
  precision: 'float32' | 'float16' = 'float32',
): Promise<Trained> {
  await prepareBackend('wasm');
  const project = createProject(manifest);
  const loaded = await loadManifest([project.at('raremask.yaml')], {
    set: [`precision=${precision}`],
  });
  const events: RunEvent[] = [];
  let runs = 0;
  const create = async (...given: Parameters<Runtime['InferenceSession']['create']>) => {
    const session = await runtime.InferenceSession.create(...given);
    const run = session.run.bind(session);
    session.run = ((...inputs: Parameters<typeof run>) => {
      runs++;
      return run(...inputs);
    }) as typeof session.run;
    return session;
  };
  const counted = { ...runtime, InferenceSession: { create } as Runtime['InferenceSession'] };
  await train(loaded, {
    ...{ version: '0.0.0', onEvent: (event) => void events.push(event) },
    backend: { name: 'compiled', reason: 'compiled', notes: [] },
    compute: {
      runtime: onProvider(counted, { ...runtime.provider, repeats }),
      ...{ threads: 1, precision },
    },
  });
  return { project, events, runs };
}

function expectSame(several: Trained, single: Trained): void {
  const file = ({ project }: Trained, name: string) => project.at('runs/tiny', name);
  for (const name of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors']) {
    expect(tensors(file(several, name))).toEqual(tensors(file(single, name)));
  }
  expect(metrics(file(several, 'metrics.csv'))).toEqual(metrics(file(single, 'metrics.csv')));
  const steps = ({ events }: Trained) =>
    events.flatMap((event) =>
      event.type === 'step' ? [[event.epoch, event.step, event.steps, event.loss]] : [],
    );
  expect(steps(several)).toEqual(steps(single));
  const notes = ({ events }: Trained) =>
    events.flatMap((event) =>
      event.type === 'note' && !event.text.startsWith('compiled ') ? [event.text] : [],
    );
  expect(notes(several)).toEqual(notes(single));
}

test.skipIf(outcome.state !== 'ok')(
  'a run whose device makes several steps at once ends as one that makes each alone, and asks it less often',
  async () => {
    if (outcome.state !== 'ok') return;
    const several = await trained(outcome.runtime, LONG, true);
    const single = await trained(outcome.runtime, LONG, false);
    expectSame(several, single);
    const { totalSteps } = progress(several.project.at('runs/tiny/checkpoints/last.safetensors'));
    expect(totalSteps).toBe(224);
    expect(single.runs - several.runs).toBeGreaterThan(180);
  },
);

test.skipIf(outcome.state !== 'ok')(
  'where an update among several leaves the range of float16, it alone is skipped',
  async () => {
    if (outcome.state !== 'ok') return;
    const large = LONG.replace('epochs: 2', 'epochs: 1').replace(
      '- { use: "@raremask/loss-ce" }',
      '- { use: "@raremask/loss-ce", weight: 40 }',
    );
    const several = await trained(outcome.runtime, large, true, 'float16');
    const single = await trained(outcome.runtime, large, false, 'float16');
    expectSame(several, single);
    const skipped = several.events.filter(
      (event) => event.type === 'note' && /this update is skipped/.test(event.text),
    );
    expect(skipped.length).toBeGreaterThan(1);
  },
);
