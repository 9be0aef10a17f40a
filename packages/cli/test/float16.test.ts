import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { furtherTest } from '../../../test/further.ts';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, progress, tensors } from './runFiles.ts';

const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';
const hasWebGpu = existsSync(ICD);
if (!hasWebGpu) console.warn(`skipped: ${ICD} is missing (apt: chromium-common, libvulkan1)`);

/** A loss so large that its gradient leaves float16's range with the first scales. */
const LARGE = MANIFEST.replace(
  '- { use: "@raremask/loss-ce" }',
  '- { use: "@raremask/loss-ce", weight: 40 }',
).replace('epochs: 2', 'epochs: 6');

const FLOAT16 = ['--backend', 'compiled', '--precision', 'float16'] as const;

const notes = (project: Project, out: string): string[] =>
  project
    .read(`${out}/events.ndjson`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; text: string })
    .flatMap(({ type, text }) => (type === 'note' ? [text] : []));

test('a run in float16 says so, and skips updates that leave its range until they no longer do', async () => {
  const project = createProject(LARGE);
  const { status, stderr } = await raremask(project, 'train', ...FLOAT16);
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/backend compiled \(onnxruntime-node .*, float16\)/);
  expect(stderr).toContain('the processor has no products in float16');
  const { backend } = JSON.parse(project.read('runs/tiny/environment.json'));
  expect(backend.precision).toBe('float16');
  expect(project.read('runs/tiny/manifest.resolved.yaml')).toContain('precision: float16');
  expect(project.read('runs/tiny/report.html')).toContain('compiled in float16');
  const skipped = notes(project, 'runs/tiny').filter((text) => /this update is skipped/.test(text));
  expect(skipped[0]).toMatch(/in epoch 1, step 1: this update is skipped, .* scaled by 32768 /);
  const { lossScale, updates, totalSteps } = progress(
    project.at('runs/tiny/checkpoints/last.safetensors'),
  ) as { lossScale: { now: number; good: number }; updates: number; totalSteps: number };
  expect(lossScale.now).toBe(2 ** (16 - skipped.length));
  expect(totalSteps - updates).toBe(skipped.length);
  expect(updates).toBeGreaterThan(0);
});

furtherTest('a run in float16 that stops and goes on ends as one that went through', async () => {
  const project = createProject(LARGE.replace('batch: 4', 'batch: 2, accumulate: 2'));
  const whole = await raremask(project, 'train', ...FLOAT16, '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  const first = await raremask(
    project,
    ...['train', ...FLOAT16, '--out', 'runs/parts', '--until-epoch', '2'],
  );
  expect(first.status, first.stderr).toBe(75);
  const second = await raremask(project, 'resume', 'runs/parts');
  expect(second.status, second.stderr).toBe(0);
  expect(second.stderr).toContain('float16');
  const last = (out: string) => project.at(out, 'checkpoints', 'last.safetensors');
  expect(tensors(last('runs/parts'))).toEqual(tensors(last('runs/whole')));
  expect(progress(last('runs/parts')).lossScale).toEqual(progress(last('runs/whole')).lossScale);
  expect(metrics(project.at('runs/parts/metrics.csv'))).toEqual(
    metrics(project.at('runs/whole/metrics.csv')),
  );
});

test('a run in float32 says that as well', async () => {
  const project = createProject();
  const { status, stderr } = await raremask(project, 'train', '--backend', 'compiled');
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/backend compiled \(onnxruntime-node .*, float32\)/);
  const { backend } = JSON.parse(project.read('runs/tiny/environment.json'));
  expect(backend.precision).toBe('float32');
  expect(progress(project.at('runs/tiny/checkpoints/last.safetensors'))).not.toHaveProperty(
    'lossScale',
  );
});

test.each([
  ['webgpu', 'tf32', 'float32 or float16', 'auto, cuda, tensorflow-gpu'],
  ['compiled', 'tf32', 'float32 or float16', 'auto, cuda, tensorflow-gpu'],
  ['wasm', 'float16', 'float32', 'auto, compiled, webgpu, cuda'],
  ['tensorflow-gpu', 'float16', 'float32 or tf32', 'auto, compiled, webgpu, cuda'],
])(
  '%s refuses %s where the manifest says it, with what each can',
  async (backend, asked, can, others) => {
    const project = createProject(`${MANIFEST}backend: ${backend}\nprecision: ${asked}\n`);
    const { status, stderr } = await raremask(project, 'train');
    expect(status).not.toBe(0);
    expect(stderr).toContain('RAREMASK_REFUSED_SETTING');
    expect(stderr).toMatch(/raremask\.yaml:\d+:\d+/);
    expect(stderr).toContain(`backend: ${backend} computes in ${can} alone`);
    expect(stderr).toContain(`one of backend: ${others}`);
    expect(existsSync(project.at('runs'))).toBe(false);
  },
);

test('a network that was trained in tf32 is used elsewhere in float32', async () => {
  const project = createProject();
  const trained = await raremask(project, 'train', '--until-epoch', '1');
  expect(trained.status, trained.stderr).toBe(75);
  const manifest = project.read('runs/tiny/manifest.resolved.yaml');
  expect(manifest).toContain('precision: float32');
  project.write(
    'runs/tiny/manifest.resolved.yaml',
    manifest.replace('precision: float32', 'precision: tf32'),
  );
  const words = ['predict', 'runs/tiny', 'data/images', '--out', 'predicted'] as const;
  const refused = await raremask(project, ...words);
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toContain('--precision float32');
  const predicted = await raremask(project, ...words, '--precision', 'float32');
  expect(predicted.status, predicted.stderr).toBe(0);
  const exported = await raremask(project, 'export', 'runs/tiny', '--out', 'tiny.onnx');
  expect(exported.status, exported.stderr).toBe(0);
  const packaged = await raremask(project, 'package', 'runs/tiny', '--out', 'handed-on');
  expect(packaged.status, packaged.stderr).toBe(0);
  expect(project.read('handed-on/manifest.resolved.yaml')).toContain('precision: float32');
});

test('auto refuses tf32 where no GPU of NVIDIA is', async () => {
  const project = createProject();
  const { status, stderr } = await raremask(project, 'train', '--precision', 'tf32');
  expect(status).not.toBe(0);
  expect(stderr).toContain('RAREMASK_PRECISION_UNSUPPORTED');
  expect(stderr).toContain('--precision float32');
});

test.skipIf(!hasWebGpu)(
  'webgpu refuses float16 where its adapter has no such shaders',
  async () => {
    const project = createProject();
    const { status, stderr } = await run(
      project.folder,
      ['train', '--backend', 'webgpu', '--precision', 'float16'],
      { VK_ICD_FILENAMES: ICD },
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain('RAREMASK_PRECISION_UNSUPPORTED');
    expect(stderr).toContain('shader-f16');
  },
);

test('numbers of the network that leave float16 are told from a loss that is wrong', async () => {
  // Adam moves every weight by the rate at first: sums of 72 products with 6000 are above 65504, and fine in float32.
  const project = createProject(
    MANIFEST.replace('filters: 2', 'filters: 8').replace(
      'train: {',
      'train: { optimizer: { use: adamw, learningRate: 6000 }, schedule: { use: constant, warmup: 0 },',
    ),
  );
  const { status, stderr } = await raremask(project, 'train', ...FLOAT16);
  expect(status).not.toBe(0);
  expect(stderr).toContain('RAREMASK_LOSS_NOT_FINITE');
  expect(stderr).toContain('have left the range of float16 (65504)');
  expect(stderr).toContain('precision: float32');
});
