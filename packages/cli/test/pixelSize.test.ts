import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { sizedPng } from '../../../test/sizedPng.ts';
import { raremask } from './command.ts';
import { createProject, grey, MANIFEST, type Project } from './project.ts';

const MICROMETRE = MANIFEST.replace('  split:', '  resolution: { pixelSize: 1um }\n  split:');

/** One scene of 16 x 16 micrometres, as pixels of a micrometre, or of a half. */
const scene = (index: number) => {
  const left = (2 + index) % 10;
  return (x: number, y: number) => index % 2 === 0 && x >= left && x < left + 4 && y >= 5 && y < 10;
};
/** A picture that brightens to the right, of so many square pixels to the metre. */
const ramp = (width: number, height: number, perMetre: number) =>
  sizedPng(
    grey((x) => x * 5, width, height),
    [perMetre, perMetre],
  );
const idOf = (index: number) => `scan${String(index).padStart(2, '0')}`;
/** Images of four have pixels of a half. */
const finenessOf = (index: number) => (index % 4 === 0 ? 2 : 1);

function writeScenes(project: Project): void {
  for (let index = 0; index < 12; index++) {
    const [inside, fine] = [scene(index), finenessOf(index)];
    const side = 16 * fine;
    const at = (x: number, y: number) => inside(Math.floor(x / fine), Math.floor(y / fine));
    const image = grey((x, y) => (at(x, y) ? 200 : 60) + ((x * 7 + y * 13) % 31), side, side);
    project.write(
      `data/images/${idOf(index)}.png`,
      sizedPng(image, [1_000_000 * fine, 1_000_000 * fine]),
    );
    project.write(
      `data/masks/${idOf(index)}.png`,
      grey((x, y) => (at(x, y) ? 255 : 0), side, side),
    );
  }
}

test('images whose files say how large pixels are come to one size of pixels', async () => {
  const project = createProject(MICROMETRE);
  writeScenes(project);
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1');
  expect(trained.status, trained.stderr).toBe(0);
  // Images of 16 x 16 and of 32 x 32 pixels: the batch would have none of one size.
  expect(trained.stderr).toContain('compiled the training step of 4 x 16 x 16');
  // Scored on their own grids: images 8, 9 and 10, of 32, 16 and 16 pixels a side.
  const { images } = JSON.parse(project.read('runs/tiny/evaluation.json')) as {
    images: { foreground: number }[];
  };
  expect(images.map(({ foreground }) => foreground)).toEqual([4 * 20, 0, 20]);

  // 33 x 21 pixels of 0.5 um are 17 x 11 of a micrometre, rounded.
  project.write('new/odd.png', ramp(33, 21, 2_000_000));
  const predicted = await raremask(project, 'predict', 'runs/tiny', 'new', '--out', 'predicted');
  expect(predicted.status, predicted.stderr).toBe(0);
  for (const folder of ['masks', 'probabilities']) {
    const picture = decode(readFileSync(project.at(`predicted/${folder}/odd.png`)));
    expect(picture).toMatchObject({ width: 33, height: 21 });
  }

  project.write(
    'more/none.png',
    grey((x) => x * 5, 33, 21),
  );
  const refused = await raremask(project, 'predict', 'runs/tiny', 'more', '--out', 'others');
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toMatch(/none.*RAREMASK_PIXELS_NOT_SIZED|none.*not known how large/s);
});

test('files that say nothing, or a density of screens, are named before the first step', async () => {
  const project = createProject(MICROMETRE);
  writeScenes(project);
  project.write(
    'data/images/scan01.png',
    grey((x) => x * 5),
  );
  project.write(
    'data/images/scan03.png',
    sizedPng(
      grey((x) => x * 5),
      [2835, 2835],
    ),
  );
  // 300 per inch.
  project.write(
    'data/images/scan05.png',
    sizedPng(
      grey((x) => x * 5),
      [11_811, 11_811],
    ),
  );
  const trained = await raremask(project, 'train');
  expect(trained.status).not.toBe(0);
  expect(trained.stderr).toMatch(/scan01.*no pixel size/s);
  expect(trained.stderr).toMatch(
    /scan03.*2835 x 2835 pixels per metre \(pHYs\), which programs write where they know no scale/s,
  );
  expect(trained.stderr).toMatch(/scan05.*84\.67um x 84\.67um.*16 x 16 would become 1350 x 1350/s);
  const skipped = await raremask(
    project,
    ...['train', '--set', 'data.unreadable=skip', '--set', 'train.epochs=1'],
  );
  expect(skipped.status, skipped.stderr).toBe(0);
});

test('inspect shows the sizes of pixels, and init says that they differ', async () => {
  const project = createProject();
  writeScenes(project);
  const inspected = await raremask(project, 'inspect');
  expect(inspected.status, inspected.stderr).toBe(0);
  expect(inspected.stdout).toMatch(/1um x 1um +9\n/);
  expect(inspected.stdout).toMatch(/0\.5um x 0\.5um +3\n/);
  expect(inspected.stdout).toMatch(/found: .*0\.5um to 1um.*pixelSize: 1um/);
  const made = await raremask(project, 'init', 'data', '--out', 'made.yaml');
  expect(made.status, made.stderr).toBe(0);
  expect(project.read('made.yaml').replaceAll(/\n# /g, ' ')).toMatch(
    /The files say that pixels are from 0\.5um to 1um large.*data\.resolution: \{ pixelSize: 1um \}/,
  );
  // What is asked for is not advised.
  project.write('raremask.yaml', MICROMETRE);
  const again = await raremask(project, 'inspect', '--json');
  const { pixelSizes, sizes } = JSON.parse(again.stdout);
  expect(pixelSizes).toEqual({
    sizes: [
      { size: [0.001, 0.001], text: '1um x 1um', images: 9 },
      { size: [0.0005, 0.0005], text: '0.5um x 0.5um', images: 3 },
    ],
  });
  expect(sizes).toEqual([{ size: [16, 16], images: 12 }]);
});

test('annotations of COCO and overlapping classes follow images to one size of pixels', async () => {
  const classes = '{ nodule: 1, core: 2 }';
  const project = createProject(
    MICROMETRE.replace(
      /with: \{ root.*\}\n/,
      `with: { root: data, images: "images/*.png", coco: { file: coco.json }, classes: ${classes}, overlapping: true }\n`,
    ).replace(
      'train: {',
      'sampler: { use: "@raremask/sampler", with: { window: [12, 12] } }\ntrain: {',
    ),
  );
  writeScenes(project);
  const box = (x: number, y: number, width: number, height: number) => [
    [x, y, x + width, y, x + width, y + height, x, y + height],
  ];
  const annotations = Array.from({ length: 12 }, (_, index) => {
    const [fine, left] = [finenessOf(index), (2 + index) % 10];
    if (index % 2 === 1) return [];
    const scaled = (...sides: [number, number, number, number]) =>
      box(...(sides.map((side) => side * fine) as [number, number, number, number]));
    const of = { image_id: index, iscrowd: 0 };
    return [
      { ...of, category_id: 1, segmentation: scaled(left, 5, 4, 5) },
      { ...of, category_id: 2, segmentation: scaled(left + 1, 6, 2, 2) },
      // A pixel of half a micrometre: where pixels have a whole one, a quarter of one.
      ...(fine === 2 ? [{ ...of, category_id: 2, segmentation: box(1, 1, 1, 1) }] : []),
    ];
  }).flat();
  project.write(
    'data/coco.json',
    JSON.stringify({
      images: Array.from({ length: 12 }, (_, index) => ({
        id: index,
        file_name: `${idOf(index)}.png`,
        width: 16 * finenessOf(index),
        height: 16 * finenessOf(index),
      })),
      annotations: annotations.map((one, id) => ({ id, ...one })),
      categories: [
        { id: 1, name: 'nodule' },
        { id: 2, name: 'core' },
      ],
    }),
  );
  const trained = await raremask(project, 'train', '--set', 'train.epochs=1', '--json');
  expect(trained.status, trained.stderr).toBe(0);
  // Images 0, 4 and 8 have pixels of a half.
  expect(trained.stderr).toMatch(
    /at data\.resolution, structures have no pixel left: 3 of 9 of core \(in scan00, scan04, scan08\)/,
  );
  expect(trained.stderr).toContain('compiled the training step of 4 x 12 x 12');
  // 2 um a pixel: 27 x 19 become 54 x 38.
  project.write('new/coarse.png', ramp(27, 19, 500_000));
  project.write('new/fine.png', ramp(33, 21, 2_000_000));
  const predicted = await raremask(project, 'predict', 'runs/tiny', 'new', '--out', 'predicted');
  expect(predicted.status, predicted.stderr).toBe(0);
  const pictures = project.files('predicted').filter((file) => file.endsWith('.png'));
  expect(pictures.length).toBeGreaterThanOrEqual(4);
  for (const file of pictures) {
    const size = file.includes('coarse') ? { width: 27, height: 19 } : { width: 33, height: 21 };
    expect(decode(readFileSync(project.at(`predicted/${file}`))), file).toMatchObject(size);
  }
});
