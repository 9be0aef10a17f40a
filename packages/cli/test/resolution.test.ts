import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { further, furtherTest } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { createProject, emptyProject, grey, MANIFEST, type Project } from './project.ts';
import { metrics } from './runFiles.ts';
import { writeVolumes } from './volumes.ts';

const HALF = MANIFEST.replace('  split:', '  resolution: 0.5\n  split:');

test('a network that sees images at half their size is scored and predicts at their own', async () => {
  const project = createProject(HALF);
  // One structure of a single pixel: at half the size nothing of it is left.
  project.write(
    'data/masks/scan01.png',
    grey((x, y) => (x === 3 && y === 3 ? 255 : 0)),
  );
  const settings = ['train.epochs=12', 'train.optimizer.learningRate=0.05'];
  const trained = await raremask(
    project,
    ...['train', '--json'],
    ...settings.flatMap((one) => ['--set', one]),
  );
  expect(trained.status, trained.stderr).toBe(0);
  expect(trained.stderr).toMatch(
    /at data\.resolution, structures have no pixel left: 1 of \d+ of nodule \(in scan01\)/,
  );
  // The three validation images have 16 x 16 pixels each, two of them a structure of 4 x 5.
  const { images } = JSON.parse(project.read('runs/tiny/evaluation.json')) as {
    images: { id: string; foreground: number }[];
  };
  expect(images.map(({ foreground }) => foreground)).toEqual([20, 0, 20]);
  const dice = metrics(project.at('runs/tiny/metrics.csv')).map((row) =>
    Number(row.val_dice_foreground),
  );
  expect(Math.max(...dice)).toBeGreaterThan(0.5);

  project.write(
    'new/odd.png',
    grey((x, y) => (x >= 4 && x < 8 && y >= 5 && y < 10 ? 220 : 70), 21, 13),
  );
  const { status, stderr } = await raremask(
    project,
    ...['predict', 'runs/tiny', 'new', '--out', 'predicted'],
  );
  expect(status, stderr).toBe(0);
  for (const folder of ['masks', 'probabilities']) {
    const picture = decode(readFileSync(project.at(`predicted/${folder}/odd.png`)));
    expect(picture).toMatchObject({ width: 21, height: 13 });
  }
});

test.each([
  '1.7',
  ...further('a shortest or longest side', ['{ shortest: 9 }', '{ longest: 30 }']),
])('images of odd sizes come back at their own from data.resolution: %s', async (resolution) => {
  const project = createProject(HALF.replace('resolution: 0.5', `resolution: ${resolution}`));
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(trained.status, trained.stderr).toBe(0);
  const sizes = [
    [21, 13],
    [17, 40],
    [16, 16],
  ] as const;
  for (const [width, height] of sizes) {
    project.write(
      `new/${width}x${height}.png`,
      grey((x) => x * 5, width, height),
    );
  }
  const { status, stderr } = await raremask(
    project,
    ...['predict', 'runs/tiny', 'new', '--out', 'predicted'],
  );
  expect(status, stderr).toBe(0);
  for (const [width, height] of sizes) {
    for (const folder of ['masks', 'probabilities']) {
      const file = project.at(`predicted/${folder}/${width}x${height}.png`);
      expect(decode(readFileSync(file))).toMatchObject({ width, height });
    }
  }
});

test.each(further('resuming a run at another size', ['half the size']))(
  'a run at %s is gone on with as if nothing had happened',
  async () => {
    const project = createProject(
      HALF.replace('workers: 0 }', 'workers: 1, schedule: { use: constant } }'),
    );
    const once = await raremask(project, 'train', '--out', 'runs/whole', '--set', 'train.epochs=3');
    expect(once.status, once.stderr).toBe(0);
    await raremask(project, 'train');
    const more = await raremask(project, 'resume', 'runs/tiny', '--set', 'train.epochs=3');
    expect(more.status, more.stderr).toBe(0);
    const [whole, tiny] = ['whole', 'tiny'].map((run) =>
      metrics(project.at(`runs/${run}/metrics.csv`)),
    );
    expect(tiny).toEqual(whole);
  },
);

test('images of several sizes train whole where they are filled up to one', async () => {
  const project = createProject(HALF.replace('resolution: 0.5', 'resolution: { fit: [16, 16] }'));
  for (const folder of ['images', 'masks']) {
    project.write(
      `data/${folder}/scan00.png`,
      grey((x, y) => (x > 8 && x < 20 && y > 4 && y < 12 ? 255 : 0), 32, 20),
    );
  }
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(trained.status, trained.stderr).toBe(0);
  expect(trained.stderr).toContain('compiled the training step of 4 x 16 x 16');
});

/** Twelve images of a size, [height, width], each of which shows nothing but its mask. */
function drawScans(
  project: Project,
  [height, width]: readonly [number, number],
  isInside: (x: number, y: number) => boolean,
): void {
  for (let index = 0; index < 12; index++) {
    const id = `scan${String(index).padStart(2, '0')}`;
    for (const folder of ['images', 'masks']) {
      project.write(
        `data/${folder}/${id}.png`,
        grey((x, y) => (isInside(x, y) ? 255 : 0), width, height),
      );
    }
  }
}

test('inspect says what coarser resolutions keep of each class', async () => {
  const project = createProject();
  const inside = (x: number, y: number) => x > 40 && x < 44 && y > 40 && y < 43;
  for (let index = 0; index < 12; index++) {
    const id = `scan${String(index).padStart(2, '0')}`;
    project.write(
      `data/images/${id}.png`,
      grey((x, y) => (inside(x, y) ? 200 : (x * 7 + y + index) % 50), 96, 96),
    );
    project.write(
      `data/masks/${id}.png`,
      grey((x, y) => (inside(x, y) ? 255 : 0), 96, 96),
    );
  }
  const { status, stdout, stderr } = await raremask(project, 'inspect');
  expect(status, stderr).toBe(0);
  // Structures of six pixels: 3.4 at three quarters.
  expect(stdout).toMatch(/as they are .*96 × 96 .*100 % .*100 %/);
  expect(stdout).toMatch(/0\.75 .*72 × 72 .*56 % .*0 %/);
});

test('inspect knows that thin structures vanish where their area would be enough', async () => {
  const project = createProject();
  // One pixel high, 60 long: at a third of the sides it would have 6.7 by its area.
  drawScans(project, [96, 96], (x, y) => y === 40 && x >= 12 && x < 72);
  const { status, stdout, stderr } = await raremask(project, 'inspect');
  expect(status, stderr).toBe(0);
  // Half of what covers it is enough to be seen; what comes back from there is two pixels high.
  expect(stdout).toMatch(/as they are +96 × 96 +100 % +100 %, 1\.00/);
  expect(stdout).toMatch(/0\.5 +48 × 48 +25 % +100 %, 0\.\d\d/);
  expect(stdout).toMatch(/0\.333 +32 × 32 +11 % +0 %, 0\.00/);
  expect(stdout).toContain('brought there and back (8 training images with foreground)');
  // It is kept, and made anew where the file was cut off.
  const kept = readdirSync(project.at('.raremask')).filter((name) => name.startsWith('grids-'));
  expect(kept).toHaveLength(1);
  expect((await raremask(project, 'inspect')).stdout).toBe(stdout);
  const file = join('.raremask', kept[0]!);
  const whole = project.read(file);
  project.write(file, whole.slice(0, -9));
  expect((await raremask(project, 'inspect')).stdout).toBe(stdout);
  expect(project.read(file)).toBe(whole);
});

test('init lays small windows around thin structures, however long they are', async () => {
  const project = createProject();
  // Three pixels high and 150 long: 12 of them tell what it is.
  drawScans(project, [256, 256], (x, y) => y >= 40 && y < 43 && x >= 12 && x < 162);
  const { status, stdout, stderr } = await raremask(project, 'init', 'data', '--out', 'made.yaml');
  expect(status, stderr + stdout).toBe(0);
  const manifest = project.read('made.yaml').replaceAll(/\n +# /g, ' ');
  expect(manifest).toContain('150 pixels long (median), and thin: 12 of them tell what it is');
  expect(manifest).toContain('window: [64, 64]');
});

test('inspect --cost measures what a step and an image cost at each resolution', async () => {
  const project = createProject();
  drawScans(project, [64, 96], (x, y) => x > 40 && x < 60 && y > 40 && y < 60);
  const { status, stdout, stderr } = await raremask(
    project,
    ...['inspect', '--cost', '--html', 'page.html'],
  );
  expect(status, stderr).toBe(0);
  const time = String.raw`[\d.]+ m?s`;
  expect(stdout).toMatch(/data\.resolution +median size +pixels +a step +an image +nodule/);
  for (const row of ['as they are +64 × 96', '0\\.75 +48 × 72', '0\\.5 +32 × 48']) {
    expect(stdout).toMatch(new RegExp(`${row} +\\d+ % +${time} +${time} +100 %`));
  }
  expect(stdout).toContain('a step on 4 whole images of the median size');
  const page = project.read('page.html');
  expect(page).toContain('a step on 4 whole images of the median size');
  expect(page).toMatch(new RegExp(`<td class="n">${time}</td>`));

  const windowed = await raremask(
    project,
    ...['inspect', '--cost', '--json', '--set', 'sampler.use=@raremask/sampler'],
    ...['--set', 'sampler.with.window=[32, 32]'],
  );
  expect(windowed.status, windowed.stderr).toBe(0);
  const { resolutions } = JSON.parse(windowed.stdout) as {
    resolutions: { cost: Record<'step' | 'image', { seconds: number; timed: boolean }> }[];
  };
  const steps = resolutions.map(({ cost }) => cost.step);
  // The windows are the same at each of them.
  expect(new Set(steps.map(({ seconds }) => seconds)).size).toBe(1);
  for (const { cost } of resolutions) {
    expect(cost.image).toEqual({ seconds: expect.any(Number), timed: true });
  }
  // Nothing is measured that was not asked for.
  const plain = await raremask(project, 'inspect', '--json');
  expect(JSON.parse(plain.stdout).resolutions[0].cost).toBeUndefined();
  const part = await raremask(project, 'inspect', '--cost', '--part', '1/2');
  expect(part.status).not.toBe(0);
});

test('what a step costs at resolutions is not asked of volumes', async () => {
  const project = emptyProject();
  writeVolumes(project);
  const made = await raremask(project, 'init', 'set');
  expect(made.status, made.stderr).toBe(0);
  const { status, stderr } = await raremask(
    project,
    ...['inspect', '--cost', '--set', 'data.with.view=volume'],
  );
  expect(status).not.toBe(0);
  expect(stderr).toContain('RAREMASK_COST_OF_VOLUMES');
});

furtherTest('init looks at large images coarser where their structures are large too', async () => {
  const project = createProject();
  for (let index = 0; index < 12; index++) {
    const id = `scan${String(index).padStart(2, '0')}`;
    const inside = (x: number, y: number) =>
      index % 2 === 0 && x >= 200 && x < 350 && y >= 150 && y < 250;
    project.write(
      `data/images/${id}.png`,
      grey((x, y) => (inside(x, y) ? 200 : (x * 7 + y * 13 + index) % 60), 600, 450),
    );
    project.write(
      `data/masks/${id}.png`,
      grey((x, y) => (inside(x, y) ? 255 : 0), 600, 450),
    );
  }
  const made = await raremask(project, 'init', 'data', '--out', 'made.yaml');
  expect(made.status, made.stderr).toBe(0);
  // Twice 150 pixels are 150 at a half, and 100 at a third of the sides, where a window has 112.
  const text = project.read('made.yaml');
  expect(text.replaceAll(/\n *# /g, ' ')).toMatch(
    /up to 450 x 600, and 150 x 200 there; .* 150 pixels long, and 50 there.*\n {2}resolution: 0\.3333\n/,
  );
  expect(text).toMatch(/window: \[112, 112\]/);
  // What inspect recommends of a manifest that has a resolution keeps it.
  const { stdout } = await raremask(project, 'inspect', 'made.yaml', '--json');
  expect(JSON.parse(stdout).recommendation.manifest).toMatch(/\n {2}resolution: 0\.3333\n/);
});
