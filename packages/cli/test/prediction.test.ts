import { readFileSync, rmSync } from 'node:fs';
import { decode, encode } from 'fast-png';
import { expect, test } from 'vitest';
import { furtherTest } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { createProject, grey, type Project } from './project.ts';

/** A run of weights that have learned something, so that masks hold both values. */
async function trainedProject(): Promise<Project> {
  const project = createProject();
  project.write('data/dataset.json', '{ "notice": "Drawn by a test." }');
  const settings = ['train.epochs=12', 'train.optimizer.learningRate=0.05'];
  const run = await raremask(project, 'train', ...settings.flatMap((one) => ['--set', one]));
  expect(run.status, run.stderr).toBe(0);
  return project;
}

test('predict leaves masks, probabilities and a table under the names and sizes of the images', async () => {
  const project = await trainedProject();
  rmSync(project.at('data'), { recursive: true });
  // Neither 21 nor 13 is a multiple of 2; a bright square as in training.
  const bright = (x: number, y: number) => x >= 4 && x < 8 && y >= 5 && y < 10;
  const picture = (x: number, y: number) => (bright(x, y) ? 200 : 60) + ((x * 7 + y * 13) % 31);
  project.write('new/first.png', grey(picture));
  project.write('new/patient 3/left/second.png', grey(picture, 21, 13));
  const { status, stdout, stderr } = await raremask(
    project,
    ...['predict', 'runs/tiny', 'new', '--out', 'predicted'],
  );
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('trained on: Drawn by a test.');
  expect(stdout).toMatch(/^2 images predicted, foreground in \d; see predicted$/m);
  expect(project.files('predicted')).toEqual([
    'blocks/000000.json',
    'masks/first.png',
    'masks/patient 3/left/second.png',
    'predictions.csv',
    'predictions.json',
    'probabilities/first.png',
    'probabilities/patient 3/left/second.png',
  ]);
  const rows = project
    .read('predicted/predictions.csv')
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const values = new Set<number>();
  for (const [id, width, height] of [
    ['first', 16, 16],
    ['patient 3/left/second', 21, 13],
  ] as const) {
    const mask = decode(readFileSync(project.at(`predicted/masks/${id}.png`)));
    const probability = decode(readFileSync(project.at(`predicted/probabilities/${id}.png`)));
    expect(mask).toMatchObject({ width, height, depth: 8, channels: 1 });
    expect(probability).toMatchObject({ width, height, depth: 16, channels: 1 });
    for (const value of mask.data) values.add(value);
    // Of two classes the more probable wins, so the mask is where the probability is above a half.
    const above = [...probability.data].filter((value) => value > 32767).length;
    const inside = [...mask.data].filter((value) => value === 255).length;
    expect(above).toBe(inside);
    const row = rows.find(([name]) => name === id)!;
    expect(row.slice(1, 4).map(Number)).toEqual([width, height, inside]);
    expect(Number(row[5])).toBeCloseTo(Math.max(...probability.data) / 65535, 4);
  }
  expect([...values].toSorted((left, right) => left - right)).toEqual([0, 255]);
});

test('predict lists a damaged image, predicts the others, and leaves out what it has written', async () => {
  const project = createProject();
  const trained = await raremask(project, 'train');
  expect(trained.status, trained.stderr).toBe(0);
  for (const name of ['a', 'b', 'c'])
    project.write(
      `new/${name}.png`,
      grey((x, y) => 60 + x + y),
    );
  project.write('new/b.png', readFileSync(project.at('new/b.png')).subarray(0, 70));
  const predict = (input: string) =>
    raremask(project, ...['predict', 'runs/tiny', input, '--out', 'new', '--json']);
  const first = await predict('new');
  expect(first.status, first.stderr).toBe(5);
  expect(first.stderr).toContain('new/b.png');
  expect(first.stderr).not.toMatch(/RAREMASK_BUG|^\s+at /m);
  const ids = (stdout: string) => {
    const { images, unreadable } = JSON.parse(stdout) as Record<string, { id: string }[]>;
    return [images!, unreadable!].map((all) => all.map(({ id }) => id));
  };
  expect(ids(first.stdout)).toEqual([['a', 'c'], ['b']]);
  expect(project.files('new')).toContain('masks/c.png');
  // Masks and probabilities lie among the images now, and the run's own overlays beside them.
  expect(ids((await predict('new')).stdout)).toEqual([['a', 'c'], ['b']]);
  rmSync(project.at('data'), { recursive: true });
  expect(ids((await predict('.')).stdout)).toEqual([['new/a', 'new/c'], ['new/b']]);
  const alone = await predict('new/b.png');
  expect(alone.status, alone.stderr).toBe(5);
  expect(alone.stderr).toContain('RAREMASK_NOTHING_READABLE');
});

test('images with other channels than those of training are refused', async () => {
  const project = createProject();
  await raremask(project, 'train');
  const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, index) => index % 251);
  project.write('new/colour.png', encode({ width: 16, height: 16, data, channels: 3, depth: 8 }));
  const { status, stderr } = await raremask(
    project,
    'predict',
    'runs/tiny',
    'new',
    '--out',
    'predicted',
  );
  expect(status, stderr).toBe(5);
  expect(stderr).toMatch(/new/);
  expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
});

test('evaluate scores the split that is named and sets it beside the validation in the report', async () => {
  const project = await trainedProject();
  const { status, stdout, stderr } = await raremask(
    project,
    'evaluate',
    'runs/tiny',
    '--split',
    'train',
    '--json',
  );
  expect(status, stderr).toBe(0);
  const result = JSON.parse(stdout) as { split: string; checkpoint: string };
  expect(result.split).toBe('train');
  const report = project.read('runs/tiny/report.html');
  expect(report).toMatch(/<th class="n">validation<\/th><th class="n">train<\/th>/);
  expect(report).toContain('evaluation-train.json');
  expect(project.files('runs/tiny')).toContain('evaluation-train.json');

  const wrong = await raremask(project, 'evaluate', 'runs/tiny', '--split', 'val');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('validation');
});

test('a run keeps the splits that it has dealt, whatever the share becomes', async () => {
  const project = createProject();
  const shares = project
    .read('raremask.yaml')
    .replace(/split: .*/, 'split: { validation: 0.25, test: 0.25 }');
  project.write('raremask.yaml', shares);
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(trained.status, trained.stderr).toBe(0);
  const splits = project.read('runs/tiny/splits.json');
  const more = ['--set', 'data.split.validation=0.5'];
  const { status, stdout, stderr } = await raremask(project, 'evaluate', 'runs/tiny', ...more);
  expect(status, stderr).toBe(0);
  const { validation } = JSON.parse(splits) as { validation: string[] };
  expect(stdout).toContain(`validation, best weights (epoch 1): ${validation.length} images`);
  expect(stderr).toContain('data.split.validation=0.5 changes nothing for the images of the run');
  expect(project.read('runs/tiny/splits.json')).toBe(splits);
});

furtherTest('a broken checkpoint is named, and the other one can be used', async () => {
  const project = createProject();
  await raremask(project, 'train');
  const file = 'runs/tiny/checkpoints/best.safetensors';
  project.write(file, readFileSync(project.at(file)).subarray(0, -100));
  const { status, stderr } = await raremask(project, 'evaluate', 'runs/tiny');
  expect(status, stderr).toBe(5);
  expect(stderr).toContain('best.safetensors');
  const last = await raremask(project, 'evaluate', 'runs/tiny', '--checkpoint', 'last');
  expect(last.status, last.stderr).toBe(0);
});

test('the weights of the last epoch are used where the manifest says so', async () => {
  const project = createProject();
  const trained = await raremask(project, 'train', '--set', 'evaluate.checkpoint=last');
  expect(trained.status, trained.stderr).toBe(0);
  expect(trained.stdout).toContain('last weights (epoch 2)');
  const which = async (out: string, ...parameters: string[]) => {
    const wished = ['predict', 'runs/tiny', 'data/images', '--out', out, ...parameters];
    const predicted = await raremask(project, ...wished);
    expect(predicted.status, predicted.stderr).toBe(0);
    return JSON.parse(project.read(`${out}/predictions.json`)).checkpoint.which;
  };
  expect(await which('as-trained')).toBe('last');
  expect(await which('wished', '--checkpoint', 'best')).toBe('best');
});

test('the last weights of a training that is not at its end are not taken for its result', async () => {
  const project = createProject();
  const last = ['--set', 'evaluate.checkpoint=last'];
  const stopped = await raremask(project, 'train', '--until-epoch', '1', ...last);
  expect(stopped.stderr).toContain('resume');
  const { stdout } = await raremask(project, 'evaluate', 'runs/tiny');
  expect(stdout).toContain('validation, best weights (epoch 1)');
  const wished = await raremask(project, 'evaluate', 'runs/tiny', '--checkpoint', 'last');
  expect(wished.stdout).toContain('validation, last weights (epoch 1)');
  const resumed = await raremask(project, 'resume', 'runs/tiny');
  expect(resumed.stdout).toContain('last weights (epoch 2)');
});

test('which structures count is searched, kept in the run, and used by predict', async () => {
  const project = createProject();
  const searched = ['--set', 'evaluate={ minimumSize: auto, peak: auto }'];
  const trained = await raremask(project, 'train', ...searched);
  expect(trained.status, trained.stderr).toBe(0);
  expect(trained.stderr).toMatch(/which predicted structures count: nodule from \d+ pixels?/);
  const file = 'runs/tiny/decision.json';
  const { checkpoints } = JSON.parse(project.read(file));
  const { epoch, seen, classes } = checkpoints.best;
  const { summary } = JSON.parse(project.read('runs/tiny/evaluation.json'));
  expect(classes.nodule.after.dice).toBeCloseTo(summary.foreground.diceForeground, 6);
  expect(classes.nodule.after.alarms).toBeCloseTo(summary.foreground.alarmShare, 6);

  // A peak that no structure reaches leaves nothing.
  const strict = { ...classes.nodule, peak: 1 };
  project.write(
    file,
    JSON.stringify({
      format: 1,
      checkpoints: { best: { epoch, seen, classes: { nodule: strict } } },
    }),
  );
  const predict = (out: string) =>
    raremask(project, 'predict', 'runs/tiny', 'data/images', '--out', out);
  expect((await predict('strict')).status).toBe(0);
  const foreground = (out: string) =>
    project
      .read(`${out}/predictions.csv`)
      .trim()
      .split('\n')
      .slice(1)
      .reduce((sum, row) => sum + Number(row.split(',')[3]), 0);
  expect(foreground('strict')).toBe(0);

  // What was found for the weights of another epoch does not count.
  project.write(
    file,
    JSON.stringify({ format: 1, checkpoints: { best: { epoch: 99, seen, classes } } }),
  );
  const other = await predict('other');
  expect(other.status).toBe(0);
  expect(other.stderr).toContain('nothing was searched on the validation split');
  const again = await raremask(project, 'evaluate', 'runs/tiny');
  expect(again.status, again.stderr).toBe(0);
  expect(JSON.parse(project.read(file)).checkpoints.best).toMatchObject({ epoch, seen, classes });
  // For another cost another rule is found, and the run keeps its own.
  await raremask(project, 'evaluate', 'runs/tiny', '--set', 'evaluate.cost={ miss: 9 }');
  const { checkpoints: both } = JSON.parse(project.read(file));
  expect(both).toMatchObject({ best: { classes }, 'best 2': { cost: { miss: 9 } } });
  expect(JSON.parse(project.read('runs/tiny/evaluation.json')).decision).toBe('best 2');

  // Nor what was found where images were not mirrored.
  const mirrored = await raremask(
    project,
    ...['evaluate', 'runs/tiny', '--set', 'evaluate.mirror=true'],
  );
  expect(mirrored.status, mirrored.stderr).toBe(0);
  expect(mirrored.stderr).toContain('which predicted structures count');
  expect(JSON.parse(project.read(file)).checkpoints['best 3'].seen).toEqual({
    ...seen,
    mirror: true,
  });

  project.write(file, '{"format": 1');
  const broken = await predict('broken');
  expect(broken.status).not.toBe(0);
  expect(broken.stderr).toMatch(/decision\.json.*RAREMASK_DECISION_BROKEN/s);
});
