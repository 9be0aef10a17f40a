// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the manifest's own notation
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LoadOptions, loadManifest } from '../src/manifest/index.ts';
import { DESIGN, type Project, usualProject } from './project.ts';

const MINIMAL = `data:
  use: "@raremask/dataset-images"
  with: { images: "*.png", masks: "*.png", classes: { background: 0, nodule: 255 } }
  split: { validation: 0.2 }
model: { use: "@raremask/unet" }
loss: [{ use: "@raremask/loss-dice" }]
`;

async function load(text: string, options: LoadOptions = {}, project: Project = usualProject()) {
  return await loadManifest([project.write('raremask.yaml', text)], options);
}

describe('a manifest', () => {
  test('of the design loads', async () => {
    const project = usualProject();
    const loaded = await load(DESIGN, {}, project);
    const { manifest, plugins } = loaded;
    expect(manifest.name).toBe('lung-nodules');
    expect(manifest.seed).toBe(7);
    expect(manifest.train.optimizer).toEqual({
      use: 'adamw',
      with: { beta1: 0.9, weightDecay: 0.01 },
      learningRate: 0.001,
      groups: [],
    });
    expect(manifest.train.schedule).toEqual({ use: 'cosine', with: { final: 0 }, warmup: 0 });
    expect(plugins.optimizer).toMatchObject({ place: 'train.optimizer', use: 'adamw' });
    expect(plugins.schedule.plugin.name).toBe('cosine');
    expect(plugins.dataset.place).toBe('data');
    expect(plugins.losses.map(({ place, use }) => [place, use])).toEqual([
      ['loss[0]', '@raremask/loss-dice'],
      ['loss[1]', '@raremask/loss-ce'],
    ]);
    expect(plugins.losses[0]?.options).toEqual({ pool: 'batch', smooth: 1 });
    expect(plugins.losses[0]?.rawOptions).toEqual({ pool: 'batch' });
    expect(plugins.losses[0]?.package).toEqual({ name: '@raremask/loss-dice', version: '1.2.3' });
    expect(loaded.folder).toBe(project.folder);
    expect(loaded.files).toEqual([join(project.folder, 'raremask.yaml')]);
  });

  test('that says the least gets every default', async () => {
    const { manifest, plugins } = await load(MINIMAL);
    expect(manifest).toMatchObject({
      name: 'run',
      seed: 0,
      data: { split: { validation: 0.2, by: 'group', stratify: true }, normalize: 'set' },
      loss: [{ weight: 1 }],
      sampler: { use: '@raremask/sampler' },
      train: {
        epochs: 40,
        budget: null,
        batch: 8,
        optimizer: { use: 'adam', with: { beta1: 0.9 } },
        schedule: { use: 'cosine' },
        clip: null,
        augment: { flip: true, rotate: true },
        validateEvery: 'auto',
        workers: 'auto',
      },
      evaluate: { window: 'auto', threshold: 0.5, minimumSize: 0, peak: 0, score: 'balanced' },
      backend: 'auto',
      threads: 'auto',
      output: 'runs',
    });
    expect(plugins.sampler.plugin.name).toBe('sampler');
  });

  test('shows the defaults of its plugins', async () => {
    const { manifest } = await load(MINIMAL);
    expect(manifest.model.with).toEqual({ filters: 16, depth: 4 });
    expect(manifest.loss[0]?.with).toEqual({ pool: 'image', smooth: 1 });
  });

  test('says where each setting is written', async () => {
    const project = usualProject();
    const { position, plugins } = await load(DESIGN, { set: ['loss[1].weight=2'] }, project);
    const file = join(project.folder, 'raremask.yaml');
    expect(position(['loss', 0, 'with', 'pool'])).toBe(`${file}:10:60`);
    expect(position(['loss', 1, 'weight'])).toBe('--set loss[1].weight=2');
    expect(position(['train', 'clip'])).toBe(`${file}:13:1`);
    expect(plugins.losses[1]?.position).toBe(`${file}:11:12`);
  });

  test('starts relative paths in another folder where it is told to', async () => {
    const project = usualProject();
    project.write(
      'elsewhere/loss.ts',
      "export default { kind: 'loss', api: 1, name: 'x', create() {} };",
    );
    const text = MINIMAL.replace('"@raremask/loss-dice"', './elsewhere/loss.ts');
    const file = project.write('runs/1/manifest.yaml', text);
    const { folder, plugins } = await loadManifest([file], { folder: project.folder });
    expect(folder).toBe(project.folder);
    expect(plugins.losses[0]?.plugin.name).toBe('x');
  });

  test('may use anchors and aliases', async () => {
    const text = MINIMAL.replace(
      'loss: [{ use: "@raremask/loss-dice" }]',
      `loss:
  - &dice { use: "@raremask/loss-dice", with: { smooth: 3 } }
  - *dice
`,
    );
    const { plugins } = await load(text);
    expect(plugins.losses.map(({ rawOptions }) => rawOptions)).toEqual([
      { smooth: 3 },
      { smooth: 3 },
    ]);
  });
});

describe('several files', () => {
  test('merge: maps key by key, lists and values from the later one', async () => {
    const project = usualProject();
    const base = project.write('base.yaml', DESIGN);
    const over = project.write(
      'smoke/over.yaml',
      `train: { epochs: 1, schedule: { warmup: 0.5 } }
loss: [{ use: "@raremask/loss-ce" }]
model: { with: { depth: 2 } }
`,
    );
    const { manifest, plugins, folder, files, position } = await loadManifest([base, over]);
    expect(manifest.train.epochs).toBe(1);
    expect(manifest.train.batch).toBe(8);
    expect(manifest.train.schedule).toMatchObject({ use: 'cosine', warmup: 0.5 });
    expect(plugins.losses.map(({ use }) => use)).toEqual(['@raremask/loss-ce']);
    expect(plugins.model.options).toEqual({ filters: 16, depth: 2 });
    expect(folder).toBe(project.folder);
    expect(files).toEqual([base, over]);
    expect(position(['model', 'with', 'depth'])).toBe(`${over}:3:25`);
    expect(position(['model', 'with', 'filters'])).toMatch(/base\.yaml:8:/);
  });
});

describe('--set', () => {
  const set = async (...overrides: string[]) => (await load(DESIGN, { set: overrides })).manifest;

  test('reads its value as YAML', async () => {
    const manifest = await set(
      'train.epochs=5',
      'name=quick',
      'train.augment.flip=false',
      'train.clip=null',
      'sampler.with.window=[32, 48]',
    );
    expect(manifest.train.epochs).toBe(5);
    expect(manifest.name).toBe('quick');
    expect(manifest.train.augment).toEqual({ flip: false, rotate: true });
    expect(manifest.sampler.with).toEqual({ foreground: 0.5, window: [32, 48] });
  });

  test.each(['loss.1.weight=0.5', 'loss[1].weight=0.5'])(
    'reaches into a list: %s',
    async (text) => {
      expect((await set(text)).loss.map(({ weight }) => weight)).toEqual([1, 0.5]);
    },
  );

  test('takes away by null what is written, and terms of the loss', async () => {
    const manifest = await set('sampler.with.window=null', 'loss[1]=null');
    expect(manifest.sampler.with).toEqual({ foreground: 0.5 });
    expect(manifest.loss).toHaveLength(1);
  });

  test('does not pass over a name that takes nothing away', async () => {
    await expect(set('train.epoch=null')).rejects.toThrow(/epochs/);
    // What is empty takes nothing away.
    for (const slip of ['name=', 'name=...']) await expect(set(slip)).rejects.toThrow(/name/);
  });

  test('reaches a key that has a dot', async () => {
    const text = DESIGN.replace('nodule: 255', 'nodule.left: 255');
    const { manifest } = await load(text, { set: ['data.pixelWeights["nodule.left"]=3'] });
    expect(manifest.data.pixelWeights).toEqual({ 'nodule.left': 3 });
  });

  test('adds to a schedule that is written as one word', async () => {
    expect((await set('train.schedule.warmup=2')).train.schedule).toMatchObject({
      use: 'cosine',
      warmup: 2,
    });
    expect((await set('train.schedule=poly')).train.schedule.use).toBe('poly');
  });

  test('keeps what follows a second =', async () => {
    expect((await set('data.with.images=a=b/*.png')).data.with).toMatchObject({
      images: 'a=b/*.png',
    });
  });

  test('is applied in order', async () => {
    expect((await set('seed=1', 'seed=2')).seed).toBe(2);
  });
});

describe('evaluate.cost', () => {
  test('leaves to a search what is not written beside it', async () => {
    const { manifest } = await load(`${MINIMAL}evaluate: { cost: { miss: 5 }, peak: 0.9 }\n`);
    expect(manifest.evaluate).toMatchObject({
      cost: { alarm: 1, miss: 5, per: 'image' },
      threshold: 'auto',
      minimumSize: 'auto',
      peak: 0.9,
    });
  });

  test('that can decide nothing is refused, and so is a thaw of nothing, or after the end', async () => {
    const fixed = 'evaluate: { cost: { miss: 5 }, threshold: 0.4, minimumSize: 2, peak: 0 }';
    await expect(load(`${MINIMAL}${fixed}\n`)).rejects.toThrow(/evaluate\.cost.*threshold: auto/s);
    const thawing = (model: string) => load(MINIMAL.replace('unet" }', `unet", ${model} }`));
    await expect(thawing('thaw: 3')).rejects.toThrow(/model\.thaw.*freeze names no weights/s);
    await expect(thawing('freeze: [encoder], thaw: 40')).rejects.toThrow(/after 40 epochs/);
    expect((await thawing('freeze: [encoder], thaw: 3')).manifest.model.thaw).toBe(3);
  });

  test('left out, changes nothing', async () => {
    const { manifest } = await load(MINIMAL);
    expect(manifest.evaluate).toMatchObject({ threshold: 0.5, minimumSize: 0, peak: 0 });
  });
});

describe('environment variables', () => {
  const withRoot = (root: string, env: Record<string, string>) =>
    load(MINIMAL.replace('images: "*.png"', `root: ${root}, images: "*.png"`), { env });
  const rootOf = async (root: string, env: Record<string, string> = {}) =>
    (await withRoot(root, env)).manifest.data.with.root;

  test('stand inside a text, several of them, with defaults', async () => {
    expect(await rootOf('"${env:BASE}/${env:SET:-lung}/x"', { BASE: '/data' })).toBe(
      '/data/lung/x',
    );
    expect(await rootOf('"${env:BASE}/${env:SET:-lung}"', { BASE: '/d', SET: 'tile' })).toBe(
      '/d/tile',
    );
  });

  test('with an empty value count as unset where there is a default', async () => {
    expect(await rootOf('"${env:BASE:-.}/x"', { BASE: '' })).toBe('./x');
    expect(await rootOf('"x${env:BASE}"', { BASE: '' })).toBe('x');
  });

  test('alone are typed as YAML types them', async () => {
    const text = `${MINIMAL}train: { epochs: "\${env:EPOCHS:-3}", augment: { flip: "\${env:FLIP}" } }\n`;
    const { manifest } = await load(text, { env: { FLIP: 'false' } });
    expect(manifest.train.epochs).toBe(3);
    expect(manifest.train.augment).toMatchObject({ flip: false });
  });

  test('that look like lists or maps stay text', async () => {
    expect(await rootOf('"${env:BASE}"', { BASE: '[a, b]' })).toBe('[a, b]');
    expect(await rootOf('"${env:BASE}"', { BASE: 'a: b: c' })).toBe('a: b: c');
  });

  test('are put into overrides, too', async () => {
    const { manifest } = await load(MINIMAL, { set: ['seed=${env:SEED}'], env: { SEED: '9' } });
    expect(manifest.seed).toBe(9);
  });

  test('come from the process where nothing else is given', async () => {
    process.env.RAREMASK_TEST_SEED = '11';
    try {
      const { manifest } = await load(MINIMAL, { set: ['seed=${env:RAREMASK_TEST_SEED}'] });
      expect(manifest.seed).toBe(11);
    } finally {
      delete process.env.RAREMASK_TEST_SEED;
    }
  });
});

describe('toYaml', () => {
  test('writes every default and the version of each plugin', async () => {
    const { toYaml } = await load(DESIGN, { set: ['seed=8'] });
    expect(toYaml()).toMatchInlineSnapshot(`
      "# Resolved from raremask.yaml: overrides, variables and defaults are written out.

      name: lung-nodules
      seed: 8
      data:
        use: "@raremask/dataset-images" # @raremask/dataset-images 1.2.3
        with:
          root: ./data
          images: images/*.png
          masks: masks/{id}.png
          classes:
            background: 0
            nodule: 255
        split:
          train: train.txt
          validation: val.txt
          by: group
        normalize: set
        pixelWeights: {}
        unreadable: error
        unlikely: error
      model:
        use: "@raremask/unet" # @raremask/unet 1.2.3
        with:
          filters: 16
          depth: 4
        freeze: []
        thaw: null
      loss:
        - use: "@raremask/loss-dice" # @raremask/loss-dice 1.2.3
          with:
            pool: batch
            smooth: 1
          weight: 1
        - use: "@raremask/loss-ce" # @raremask/loss-ce 1.2.3
          with: {}
          weight: 1
      sampler:
        use: "@raremask/sampler" # @raremask/sampler 1.2.3
        with:
          foreground: 0.5
          window: [64, 64]
      train:
        epochs: 40
        budget: null
        batch: 8
        optimizer:
          use: adamw # @raremask/optimizers 1.2.3
          with:
            beta1: 0.9
            weightDecay: 0.01
          learningRate: 0.001
          groups: []
        schedule:
          use: cosine # @raremask/schedules 1.2.3
          with:
            final: 0
          warmup: 0
        clip: null
        accumulate: 1
        average: null
        earlyStop: null
        sentinel:
          act: []
        augment:
          flip: true
          rotate: true
        validateEvery: auto
        workers: auto
      evaluate:
        window: auto
        mirror: false
        threshold: 0.5
        minimumSize: 0
        peak: 0
        score: balanced
        checkpoint: best
      backend: auto
      threads: auto
      precision: float32
      output: runs
      trackers: []
      services: []
      "
    `);
  });

  test.each([
    ['the design', DESIGN, []],
    ['adam', MINIMAL, []],
    ['a constant rate', MINIMAL, ['train.schedule=constant', 'train.schedule.warmup=1']],
    ['poly', MINIMAL, ['train.schedule={ use: poly, power: 2, final: 0.1 }']],
    ['a ramp', MINIMAL, ['loss[0].weight={ from: 0, to: 1, epochs: 5 }', 'loss[0].name=overlap']],
    ['a plugin without options', `${MINIMAL}  `.replace('loss-dice', 'loss-ce'), []],
  ])('of %s loads to the same run', async (_, text, set) => {
    const project = usualProject();
    const first = await load(text, { set }, project);
    const again = await load(first.toYaml(), {}, project);
    expect(again.manifest).toEqual(first.manifest);
    expect(again.plugins.losses.map(({ options }) => options)).toEqual(
      first.plugins.losses.map(({ options }) => options),
    );
    expect(again.toYaml()).toBe(first.toYaml());
  });

  test('leaves options as written where the checked ones are no longer YAML', async () => {
    const project = usualProject();
    project.install(
      '@me/loss',
      `export default core.defineLoss({
        name: 'mine', api: 1,
        options: z.strictObject({ names: z.string().default('a b').transform((text) => text.split(' ')) }),
        create: () => () => {},
      });`,
    );
    const text = MINIMAL.replace('"@raremask/loss-dice"', '"@me/loss"');
    const { manifest, plugins } = await load(text, {}, project);
    expect(plugins.losses[0]?.options).toEqual({ names: ['a', 'b'] });
    expect(manifest.loss[0]?.with).toEqual({});
  });
});
