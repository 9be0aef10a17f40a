import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject } from './project.ts';
import { tensors } from './runFiles.ts';

test('a run starts from the weights of another one, leaves frozen ones alone, and says so', async () => {
  const project = createProject();
  const first = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(first.status, first.stderr).toBe(0);
  const set = ['model.weights=runs/tiny', 'model.freeze=[encoder]', 'seed=9', 'train.epochs=1'];
  const args = [...set.flatMap((one) => ['--set', one]), '--out', 'runs/two'];
  const second = await raremask(project, 'train', ...args);
  expect(second.status, second.stderr).toBe(0);
  const from = 'runs/tiny/checkpoints/best.safetensors';
  expect(second.stderr).toMatch(/weights from \S+best\.safetensors: (\d+) of \1 arrays/);
  expect(second.stderr).toContain('nothing starts anew');

  const record = JSON.parse(project.read('runs/two/weights.json'));
  expect(record.file).toBe(project.at(from));
  expect(record.fingerprint.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(record.anew).toEqual([]);
  const [before, after] = [from, 'runs/two/checkpoints/last.safetensors'].map((path) =>
    tensors(project.at(path)),
  );
  for (const [name, values] of Object.entries(before!)) {
    if (!name.startsWith('weight.')) continue;
    const same = JSON.stringify(after![name]) === JSON.stringify(values);
    expect(same, name).toBe(name.startsWith('weight.encoder'));
  }

  // A run that goes on does not need the file, and hears that it has changed.
  appendFileSync(project.at(from), ' ');
  const resumed = await raremask(project, 'resume', 'runs/two', '--set', 'train.epochs=2');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/best\.safetensors is another file than when this run began/);
  expect(resumed.stderr).not.toContain('weights from');
});

test('other classes and channels start the parts anew that they concern', async () => {
  const project = createProject();
  const first = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(first.status, first.stderr).toBe(0);
  const three = 'data.with.classes={background: 0, nodule: 255, vessel: 100}';
  const set = ['--set', 'model.weights=runs/tiny', '--set', three, '--set', 'train.epochs=1'];
  const second = await raremask(project, 'train', ...set, '--out', 'runs/two');
  expect(second.status, second.stderr).toBe(0);
  expect(second.stderr).toContain(
    'anew: head.kernel [1, 1, 2, 3] (head.kernel: the file has [1, 1, 2, 2]), head.bias [3]',
  );
});

test('a file of which nothing fits ends the run before it has a folder', async () => {
  const project = createProject();
  await raremask(project, 'train', '--set', 'train.epochs=1');
  const set = ['--set', 'model.weights=runs/tiny', '--set', 'model.with.filters=3'];
  const run = await raremask(project, 'train', ...set, '--out', 'runs/two');
  expect(run.status).toBe(5);
  expect(run.stderr).toContain('[RAREMASK_WEIGHTS_FIT_NOTHING]');
  expect(project.files('runs').some((name) => name.startsWith('two'))).toBe(false);
});
