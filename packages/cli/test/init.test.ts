import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { furtherTest } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { createProject, emptyProject, grey, type Project } from './project.ts';
import { writeVolumes } from './volumes.ts';

/** A set that lies outside of the folder of the manifest: squares in every second image. */
function writeSet(project: Project, masks: (id: string) => string, value = 255): void {
  for (let index = 0; index < 12; index++) {
    const id = `tile${`${index}`.padStart(2, '0')}`;
    const inside = (x: number, y: number) => index % 2 === 0 && x > 4 && x < 9 && y > 5 && y < 11;
    project.write(
      `set/images/${id}.png`,
      grey((x, y) => (inside(x, y) ? 180 : 40) + ((x * 5 + y * 11 + index * 3) % 29)),
    );
    project.write(
      `set/${masks(id)}`,
      grey((x, y) => (inside(x, y) ? value : 0)),
    );
  }
}

test('init writes a manifest that trains as it is', async () => {
  const project = emptyProject();
  writeSet(project, (id) => `masks/${id}.png`);
  const written = await raremask(project, 'init', 'set');
  expect(written.status, written.stderr).toBe(0);
  const manifest = project.read('raremask.yaml');
  expect(written.stdout).toBe(manifest);
  expect(manifest).toContain('all 12 masks hold the values 0, 255');
  expect(manifest).toContain('classes: { background: 0, foreground: 255 }');
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(trained.status, trained.stderr).toBe(0);
  expect(project.files('runs/set')).toEqual(
    expect.arrayContaining(['report.html', 'inspection.json', 'inspection/01.png']),
  );
  const report = project.read('runs/set/report.html');
  expect(report).toContain('id="data"');
  expect(report).toContain('id="batches"');
});

test('init finds suffixes, lists and groups, and says what it assumes', async () => {
  const project = emptyProject();
  writeSet(project, (id) => `labels/${id}_seg.png`, 3);
  const ids = Array.from({ length: 12 }, (_, index) => `tile${`${index}`.padStart(2, '0')}`);
  project.write('set/train.txt', `${ids.slice(0, 8).join('\n')}\n`);
  project.write('set/val.txt', `${ids.slice(8).join('\n')}\n`);
  project.write(
    'set/split.csv',
    `id,patient\n${ids.map((id, index) => `${id},p${index >> 2}`).join('\n')}\n`,
  );
  const { status, stdout, stderr } = await raremask(project, 'init', 'set', '--json');
  expect(status, stderr).toBe(0);
  const { proposal } = JSON.parse(stdout) as { proposal: Record<string, unknown> };
  expect(proposal).toMatchObject({
    options: {
      root: 'set',
      masks: 'labels/{id}_seg.png',
      classes: { background: 0, foreground: 3 },
      group: { file: 'split.csv', id: 'id', column: 'patient' },
    },
    split: { train: 'train.txt', validation: 'val.txt' },
  });
});

furtherTest(
  'lists as other tools write them say what is annotated, and nothing is assumed of the rest',
  async () => {
    const project = emptyProject();
    const ids = Array.from({ length: 16 }, (_, index) => `2007_${`${index}`.padStart(6, '0')}`);
    for (const [index, id] of ids.entries()) {
      const inside = (x: number, y: number) =>
        index % 2 === 0 && x > 8 && x < 29 && y > 5 && y < 31;
      project.write(
        `set/JPEGImages/${id}.png`,
        grey((x, y) => (inside(x, y) ? 180 : 40) + ((x * 5 + y * 11 + index * 3) % 29), 64, 64),
      );
      if (index >= 12) continue;
      // The edge of a structure is not judged.
      project.write(
        `set/SegmentationClass/${id}.png`,
        grey((x, y) => (inside(x, y) ? (x < 11 ? 255 : 1 + (index % 3)) : 0), 64, 64),
      );
    }
    const list = (name: string, some: readonly string[], line = (id: string) => id) =>
      project.write(`set/${name}`, `${some.map(line).join('\n')}\n`);
    list('ImageSets/Segmentation/train.txt', ids.slice(0, 8));
    list('ImageSets/Segmentation/val.txt', ids.slice(8, 12));
    list('ImageSets/Segmentation/test.txt', ids.slice(12));
    const written = await raremask(project, 'init', 'set');
    expect(written.status, written.stderr).toBe(0);
    expect(written.stdout).toContain('ignore: 255');
    expect(written.stdout).toContain('train: ImageSets/Segmentation/train.txt');
    expect(written.stdout).toContain('nothing says what 4 of them show');
    expect(written.stdout).not.toMatch(/missingMask|test:/);
    const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
    expect(trained.status, trained.stderr).toBe(0);

    // A list of training images names two without a mask: they are taken for empty ones, as it says.
    const both = (id: string) => `./JPEGImages/${id}.png SegmentationClass/${id}.png`;
    list('ImageSets/Segmentation/train.txt', [...ids.slice(0, 8), ...ids.slice(12, 14)], both);
    list('ImageSets/Segmentation/test.txt', ids.slice(14), both);
    const assumed = await raremask(project, 'init', 'set', '--out', 'other.yaml');
    expect(assumed.status, assumed.stderr).toBe(0);
    expect(assumed.stdout).toContain('missingMask: empty');
    expect(assumed.stdout).toContain('test: ImageSets/Segmentation/test.txt');
  },
);

test('init finds a table of run lengths, and what it writes is read; a broken row is named', async () => {
  const project = emptyProject();
  const rows = ['ImageId,ClassId,EncodedPixels'];
  for (let index = 0; index < 12; index++) {
    const name = `tile${`${index}`.padStart(2, '0')}.png`;
    project.write(
      `set/train_images/${name}`,
      grey((x, y) => (x * 5 + y * 11 + index * 3) % 29),
    );
    // Three rows of column 4, and two of column 5, in images of 16 x 16.
    if (index % 3 === 0) rows.push(`${name},${1 + (index % 2)},68 3 85 2`);
  }
  project.write('set/train.csv', `${rows.join('\n')}\n`);
  const written = await raremask(project, 'init', 'set');
  expect(written.status, written.stderr).toBe(0);
  expect(written.stdout).toMatch(/4 rows name 4 of 12 images/);
  expect(written.stdout).toMatch(/labels: \{ class_1: "1", class_2: "2" \}, order: columns/);
  expect(written.stdout).toMatch(/assumed: the 8 images without a row .*\n? *missingMask: empty/s);
  const counted = async () => {
    const { status, stdout, stderr } = await raremask(project, 'inspect', '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as {
      readonly all: { readonly images: number };
      readonly unreadable: readonly { readonly id: string; readonly message: string }[];
    };
  };
  expect((await counted()).unreadable).toEqual([]);
  project.write('set/train.csv', `${rows.join('\n')} 9\n`);
  expect((await counted()).unreadable).toEqual([
    expect.objectContaining({
      id: 'tile09',
      message: expect.stringMatching(/train\.csv: line 5, column EncodedPixels: .*5 numbers/),
    }),
  ]);
});

test('init keeps a manifest that is there, unless it is forced', async () => {
  const project = emptyProject();
  writeSet(project, (id) => `masks/${id}.png`);
  project.write('raremask.yaml', 'mine');
  const refused = await raremask(project, 'init', 'set');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('RAREMASK_MANIFEST_EXISTS');
  expect(project.read('raremask.yaml')).toBe('mine');
  const forced = await raremask(project, 'init', 'set', '--force');
  expect(forced.status, forced.stderr).toBe(0);
  expect(project.read('raremask.yaml')).toContain('loss:');
});

test('init says when it can make nothing of a folder', async () => {
  const project = emptyProject();
  project.write('set/readme.txt', 'nothing here');
  const { status, stderr } = await raremask(project, 'init', 'set');
  expect(status).toBe(5);
  expect(stderr).toContain('RAREMASK_NO_PROPOSAL');
});

test('inspect lists what cannot be read, what is there twice and what leaks', async () => {
  const project = createProject();
  project.write('data/images/scan08.png', readBytes(project, 'data/images/scan00.png'));
  // Both are empty, and nobody took one for a copy of the other.
  for (const id of ['scan01', 'scan05']) {
    project.write(
      `data/images/${id}.png`,
      grey(() => 0),
    );
  }
  project.write(
    'data/masks/scan03.png',
    grey(() => 9),
  );
  const { status, stdout, stderr } = await raremask(
    project,
    ...['inspect', '--json', '--html', 'page.html'],
  );
  expect(status, stderr).toBe(0);
  const inspection = JSON.parse(stdout) as Record<string, unknown>;
  expect(inspection['duplicates']).toEqual([
    { ids: ['scan00', 'scan08'], splits: ['train', 'validation'] },
  ]);
  expect(inspection['blank']).toEqual([
    { id: 'scan01', split: 'train', foreground: 0 },
    { id: 'scan05', split: 'train', foreground: 0 },
  ]);
  expect(inspection['unreadable']).toMatchObject([{ id: 'scan03', split: 'train' }]);
  // Seven images of the training split can be read: two batches of at most four.
  expect(inspection['batches']).toMatchObject({ batch: 4, emptyShare: 3 / 7, epochs: [{}, {}] });
  const page = project.read('page.html');
  expect(page).toContain('scan00 = scan08');
  expect(page).not.toMatch(/https?:/);
  const again = await raremask(project, 'inspect', '--json');
  expect(again.stdout).toBe(stdout);
});

function readBytes(project: Project, path: string): Uint8Array {
  return readFileSync(project.at(path));
}

test('init writes a manifest for the layout of nnU-Net that trains as it is, and predicts its test cases', async () => {
  const project = emptyProject();
  writeVolumes(project);
  const written = await raremask(project, 'init', 'set');
  expect(written.status, written.stderr).toBe(0);
  const manifest = project.read('raremask.yaml');
  expect(manifest).toContain('dataset-volumes');
  expect(manifest).toContain('6 cases with CT; classes 0 background, 1 nodule');
  const small = ['--set', 'train.epochs=1', '--set', 'train.workers=1'];
  const trained = await raremask(project, 'train', ...small);
  expect(trained.status, trained.stderr).toBe(0);
  const predicted = await raremask(project, 'predict', 'runs/set', 'set', '--out', 'out');
  expect(predicted.status, predicted.stderr).toBe(0);
  expect(project.files('out')).toEqual([
    'blocks/000000.json',
    'masks/t.nii.gz',
    'predictions.csv',
    'predictions.json',
    'probabilities/t.nii.gz',
  ]);
});

test('init follows lists of cases that lie beside volumes', async () => {
  const project = emptyProject();
  writeVolumes(project);
  project.write('set/train.txt', 'a\nb\nc\nd\n');
  project.write('set/val.txt', 'e\nf\n');
  const { status, stdout, stderr } = await raremask(project, 'init', 'set', '--json');
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    proposal: { split: { train: 'train.txt', validation: 'val.txt' } },
  });
  // Four slices of each case; two of a and two of c show a square.
  expect(project.read('raremask.yaml')).toContain('train 16 images, 12 of them without foreground');
});

test('inspect takes a folder in place of a manifest, and writes nothing', async () => {
  const project = emptyProject();
  writeVolumes(project);
  const { status, stdout, stderr } = await raremask(project, 'inspect', 'set');
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('nodule');
  expect(stdout).toContain('use: "@raremask/dataset-volumes"');
  expect(stderr).toContain('raremask init set');
  expect(project.files('.')).not.toContain('raremask.yaml');
});

test('inspect names the slices that lose their foreground to a spacing', async () => {
  const project = emptyProject();
  writeVolumes(project);
  // Voxels of 1 mm become those of 16: one a slice, of which the square of 20 is less than a half.
  const spacing = ['--set', 'data.with.spacing=[null, 16, 16]'];
  const { status, stdout, stderr } = await raremask(
    project,
    'inspect',
    'set',
    ...spacing,
    '--json',
  );
  expect(status, stderr).toBe(0);
  const { emptied } = JSON.parse(stdout) as { emptied: { id: string }[] };
  expect(emptied.map(({ id }) => id).sort()).toEqual(
    ['a', 'c', 'e'].flatMap((id) => [`${id}/0001`, `${id}/0002`]),
  );
});
