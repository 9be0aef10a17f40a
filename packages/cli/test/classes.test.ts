import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, grey, MANIFEST, type Project } from './project.ts';

/** Every mask with one value all over. */
function fill(project: Project, value: number): void {
  for (let index = 0; index < 12; index++) {
    const id = `scan${`${index}`.padStart(2, '0')}`;
    project.write(
      `data/masks/${id}.png`,
      grey(() => value),
    );
  }
}

test('a map of classes whose values are swapped is refused with the figure, unless that is accepted', async () => {
  const swapped = MANIFEST.replace(
    '{ background: 0, nodule: 255 }',
    '{ background: 255, nodule: 0 }',
  );
  const project = createProject(swapped);
  const refused = await raremask(project, 'train');
  expect(refused.status, refused.stderr).toBe(5);
  expect(refused.stderr).toContain('RAREMASK_MOSTLY_FOREGROUND');
  // Four of eight images have a square of 4 x 5 = 20 of 256 pixels: 96.1 % of the rest.
  expect(refused.stderr).toContain('nodule covers 96 % of the judged training pixels');
  expect(refused.stderr).toContain('swapped in data.with.classes (they are 255 and 0)');
  const inspected = await raremask(project, 'inspect');
  expect(inspected.status, inspected.stderr).toBe(0);
  expect(inspected.stdout).toContain('nodule covers 96 %');
  const accepted = await raremask(project, 'train', '--set', 'data.unlikely=accept');
  expect(accepted.status, accepted.stderr).toBe(0);
  expect(accepted.stderr).toContain('data.unlikely accepts it');
});

test.each([
  [0, 'none of the 8 training images has any foreground', 'RAREMASK_NO_FOREGROUND'],
  [255, 'nodule covers all of the judged training pixels', 'RAREMASK_MOSTLY_FOREGROUND'],
])('masks that are %d all over are refused', async (value, words, code) => {
  const project = createProject();
  fill(project, value);
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(5);
  expect(stderr).toContain(words);
  expect(stderr).toContain(code);
});

test('a class that a split does not show is said before the first step', async () => {
  const classes = '{ background: 0, nodule: 255, crack: 100, hole: 50 }';
  const project = createProject(MANIFEST.replace('{ background: 0, nodule: 255 }', classes));
  // Images 8 to 10 validate.
  const spot = (value: number) => grey((x, y) => (x < 3 && y < 3 ? value : 0));
  project.write('data/masks/scan08.png', spot(100));
  project.write('data/masks/scan10.png', spot(100));
  project.write('data/masks/scan01.png', spot(50));
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  const said = (text: string) => stderr.indexOf(text);
  for (const text of [
    'crack is in none of the 8 training images (and in 2 of the 3 validation images)',
    'nodule is in none of the 3 validation images (and in 4 of the 8 training images)',
    'hole is in none of the 3 validation images (and in 1 of the 8 training images)',
  ]) {
    expect(said(text), stderr).toBeGreaterThanOrEqual(0);
    expect(said(text)).toBeLessThan(said('epoch 1') === -1 ? stderr.length : said('epoch 1'));
  }
});

test('a validation split without foreground is said', async () => {
  const project = createProject();
  project.write('val.txt', 'scan09\n');
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('none of the 1 validation images has foreground');
});

test('a class of few groups is said, with how many there are', async () => {
  const project = createProject(
    MANIFEST.replace(
      'with: { root: data,',
      '$&\n    group: { file: groups.csv, column: patient },',
    ),
  );
  // Images 0 to 7 train, and 0, 2, 4 and 6 have foreground.
  const groups = Array.from({ length: 12 }, (_, at) => {
    const id = `scan${`${at}`.padStart(2, '0')}`;
    return `${id},${at < 8 ? `p${at < 6 ? 1 : 2}` : id}\n`;
  });
  project.write('data/groups.csv', `id,patient\n${groups.join('')}`);
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain(
    'few groups show nodule in 4 training images of 2 groups (2 validation images of 2): what',
  );
  const inspected = await raremask(project, 'inspect');
  expect(inspected.status, inspected.stderr).toBe(0);
  expect(inspected.stdout).toContain(
    'few groups show nodule in 4 training images of 2 groups (2 validation images of 2): what',
  );
  expect(inspected.stdout).toMatch(/images +groups +structures/);
});

test('groups are not asked for where the data name none', async () => {
  const project = createProject();
  const { stdout, stderr } = await raremask(project, 'inspect');
  expect(stdout).not.toMatch(/images +groups +structures/);
  expect(stderr + stdout).not.toContain('few groups');
});
