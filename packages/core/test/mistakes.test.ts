// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the manifest's own notation
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRaremaskError } from '../src/index.ts';
import { loadManifest, ManifestErrors } from '../src/manifest/index.ts';
import { DESIGN, type Project, usualProject } from './project.ts';

/** What loading says, with the temporary folder taken out. */
async function mistakesOf(
  files: Readonly<Record<string, string>> | string,
  set: readonly string[] = [],
  project: Project = usualProject(),
): Promise<string[]> {
  const texts = typeof files === 'string' ? { 'raremask.yaml': files } : files;
  const paths = Object.entries(texts).map(([name, text]) => project.write(name, text));
  return await failure(project, paths, set);
}

async function failure(
  project: Project,
  paths: readonly string[],
  set: readonly string[] = [],
): Promise<string[]> {
  try {
    await loadManifest(paths, { set, env: {} });
  } catch (error) {
    if (!(error instanceof ManifestErrors)) throw error;
    expect(error.category).toBe('manifest');
    expect(isRaremaskError(error)).toBe(true);
    expect(error.message).toBe(error.errors.map(({ message }) => message).join('\n'));
    return error.errors.map(({ message }) =>
      message.replaceAll(`${project.folder}/`, '').replaceAll(project.folder, 'FOLDER'),
    );
  }
  return [];
}

type Change = readonly [from: string, to: string];

const changed = (...changes: readonly Change[]) =>
  changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, DESIGN);

test('a manifest of a later format is refused by that alone, wherever it is said', async () => {
  const later = 'format: 2\nmodel: { layers: many }\n';
  const refusal =
    'the manifest was written for a later raremask, with format 2. Expected: format 1 or none, which this raremask reads. Got: 2. Do this: install the raremask that reads it, npm install raremask@latest, or write the manifest anew for format 1 (raremask init).';
  expect(await mistakesOf(later)).toEqual([`raremask.yaml:1:1: ${refusal}`]);
  const files = { 'raremask.yaml': later, 'more.yaml': 'format: 1\n' };
  expect(await mistakesOf(files)).toEqual([`raremask.yaml:1:1: ${refusal}`]);
  expect(await mistakesOf(DESIGN, ['format=2'])).toEqual([`--set format=2: ${refusal}`]);
});

test('a manifest may say its format, and one that does not has the first', async () => {
  expect(await mistakesOf(`format: 1\n${DESIGN}`)).toEqual([]);
  expect(await mistakesOf(`format: one\n${DESIGN}`)).toMatchInlineSnapshot(`
    [
      "raremask.yaml:1:9: the setting format does not fit. Expected: 1. Got: "one".",
    ]
  `);
});

test('five different mistakes give five errors, each with its place and its remedy', async () => {
  const text = changed(
    ['epochs: 40', 'epoch: 40'],
    ['batch: 8', 'batch: eight'],
    ['foreground: 0.5', 'foreground: 1.5'],
    ['@raremask/loss-dice', '@raremask/loss-dise'],
    [
      'model:   { use: "@raremask/unet", with: { filters: 16, depth: 4 } }',
      'model:   { use: "@raremask/loss-ce" }',
    ],
  );
  expect(await mistakesOf(text)).toMatchInlineSnapshot(`
    [
      "raremask.yaml:8:17: "@raremask/loss-ce" is a plugin of the wrong kind. Expected: a model. Got: a loss. Do this: move it under the key loss, and name a model here.",
      "raremask.yaml:10:12: the plugin "@raremask/loss-dise" is not installed. Expected: an npm package, a subpath of one, or a file that begins with ./. Got: no package @raremask/loss-dise in reach of FOLDER. Do this: write "@raremask/loss-dice", or npm install @raremask/loss-dise.",
      "raremask.yaml:12:58: the setting sampler.with.foreground does not fit. Expected: number from 0 to 1. Got: 1.5.",
      "raremask.yaml:13:12: there is no setting train.epoch. Expected: epochs, budget, batch, optimizer, schedule, clip, accumulate, average, earlyStop, sentinel, augment, validateEvery, workers. Do this: write train.epochs.",
      "raremask.yaml:13:30: the setting train.batch does not fit. Expected: whole number of at least 1. Got: "eight".",
    ]
  `);
});

describe('structure', () => {
  test('names every missing part at once', async () => {
    expect(await mistakesOf('name: x\n')).toMatchInlineSnapshot(`
      [
        "raremask.yaml:1:1: the setting data is missing. Expected: map (The data set and how it is divided). Do this: add data.",
        "raremask.yaml:1:1: the setting model is missing. Expected: map (The network). Do this: add model.",
        "raremask.yaml:1:1: the setting loss is missing. Expected: list of at least 1: each map (The terms of the loss; their weighted sum is trained on). Do this: add loss.",
      ]
    `);
  });

  test.each<[string, ...Change[]]>([
    [
      'a list for a map',
      ['train:   {', 'train:   [{'],
      ['schedule: cosine }', 'schedule: cosine }]'],
    ],
    ['a map for a list', ['loss:\n', 'loss: { use: "@raremask/loss-ce" }\nunused:\n']],
    ['a list without entries', ['loss:\n', 'loss: []\nunused:\n']],
    ['nothing for a map', ['with: { foreground: 0.5, window: [64, 64] }', 'with:']],
    ['a word that is nearly one of a choice', ['adamw', 'adamv']],
    ['a word that is nearly a schedule', ['schedule: cosine', 'schedule: cosin']],
    ['a number where a name stands', ['name: lung-nodules', 'name: lung nodules']],
    ['a fraction of an image', ['batch: 8', 'batch: 2.5']],
    ['not a number', ['learningRate: 1e-3', 'learningRate: .nan']],
    ['a setting in the wrong map', ['seed: 7', 'seed: 7\nbatch: 8']],
    ['a share that is none', ['validation: val.txt', 'validation: 1.5']],
    ['a ramp with a slip', ['weight: 1, with', 'weight: { form: 0, to: 1, epochs: 3 }, with']],
    ['a use that is no text', ['use: "@raremask/unet"', 'use: 3']],
    ['a use that is empty', ['use: "@raremask/unet"', 'use: ""']],
  ])('tells %s', async (_, ...changes) => {
    expect(await mistakesOf(changed(...changes))).toMatchSnapshot();
  });
});

describe('options of plugins', () => {
  test.each<[string, ...Change[]]>([
    ['an unknown key of a strict schema', ['depth: 4', 'dept: 4']],
    ['an unknown key of a schema that is not strict', ['pool: batch', 'pol: batch']],
    [
      'an option of a plugin without options',
      ['"@raremask/loss-ce",', '"@raremask/loss-ce", with: { smooth: 1 },'],
    ],
    ['a list of the wrong length', ['window: [64, 64]', 'window: [64]']],
    ['a wrong entry of a list', ['window: [64, 64]', 'window: [64, big]']],
    ['a wrong value of a free map', ['nodule: 255', 'nodule: white']],
    ['a missing option', ['images: "images/*.png", ', '']],
  ])('tell %s', async (_, ...changes) => {
    expect(await mistakesOf(changed(...changes))).toMatchSnapshot();
  });

  test('tell unknown keys deep inside, unless the author lets them pass', async () => {
    const project = usualProject();
    project.install(
      '@me/loss',
      `export default core.defineLoss({
        name: 'mine', api: 1,
        options: z.object({
          edges: z.object({ width: z.number().default(1) }).optional(),
          terms: z.array(z.object({ power: z.number() })).default([]),
          either: z.union([z.object({ left: z.number() }), z.object({ right: z.number() })]).optional(),
          notes: z.looseObject({}).optional(),
          table: z.record(z.string(), z.object({ at: z.number() })).optional(),
          free: z.any(),
        }),
        create: () => () => {},
      });`,
    );
    const text = changed([
      '"@raremask/loss-ce",',
      `"@me/loss", with: {
        edges: { widht: 2 }, terms: [{ power: 1 }, { power: 2, powr: 3 }], either: { right: 1, wrong: 2 },
        notes: { anything: 1 }, table: { a: { at: 1, att: 2 } }, free: { x: { y: 1 } } },`,
    ]);
    expect(await mistakesOf(text, [], project)).toMatchInlineSnapshot(`
      [
        "raremask.yaml:12:18: there is no setting loss[1].with.edges.widht. Expected: width. Do this: write loss[1].with.edges.width.",
        "raremask.yaml:12:64: there is no setting loss[1].with.terms[1].powr. Expected: power. Do this: write loss[1].with.terms[1].power.",
        "raremask.yaml:12:96: there is no setting loss[1].with.either.wrong. Expected: left, right. Do this: remove it.",
        "raremask.yaml:13:54: there is no setting loss[1].with.table.a.att. Expected: at. Do this: write loss[1].with.table.a.at.",
      ]
    `);
  });

  test("tell the author's own sentences", async () => {
    const project = usualProject();
    project.install(
      '@me/loss',
      `export default core.defineLoss({
        name: 'mine', api: 1,
        options: z.strictObject({ low: z.number(), high: z.number() }).check((context) => {
          if (context.value.low > context.value.high) {
            context.issues.push({
              code: 'custom', path: ['low'], input: context.value.low, message: 'it is above high.',
            });
          }
        }),
        create: () => () => {},
      });`,
    );
    const text = changed(['"@raremask/loss-ce",', '"@me/loss", with: { low: 2, high: 1 },']);
    expect(await mistakesOf(text, [], project)).toEqual([
      'raremask.yaml:11:37: the setting loss[1].with.low is refused: it is above high. Got: 2.',
    ]);
  });

  test('tell issues of a schema library that says no more than the standard asks for', async () => {
    const project = usualProject();
    project.install(
      '@me/loss',
      `const standard = {
        version: 1, vendor: 'own',
        validate: async () => ({ issues: [{ message: 'too steep', path: [{ key: 'slope' }] }] }),
        jsonSchema: { input: () => ({ type: 'object', properties: { slope: {} } }), output: () => ({}) },
      };
      export default core.defineLoss({
        name: 'mine', api: 1, options: { '~standard': standard }, create: () => () => {},
      });`,
    );
    const text = changed(['"@raremask/loss-ce",', '"@me/loss", with: { slope: 9 },']);
    expect(await mistakesOf(text, [], project)).toEqual([
      'raremask.yaml:11:39: the setting loss[1].with.slope is refused: too steep. Got: 9.',
    ]);
  });
});

describe('settings without an effect', () => {
  test.each<[string, ...Change[]]>([
    ['weight decay of adam', ['use: adamw', 'use: adam, weightDecay: 0.1']],
    ['a power of cosine', ['schedule: cosine', 'schedule: { use: cosine, power: 2 }']],
    ['an end of a constant rate', ['schedule: cosine', 'schedule: { use: constant, final: 0.1 }']],
    ['a warm-up of the whole run', ['schedule: cosine', 'schedule: { warmup: 40 }']],
    [
      'rules of a split that lists give',
      ['validation: val.txt', 'validation: val.txt, by: image, stratify: false'],
    ],
    ['a list beside a share', ['validation: val.txt', 'validation: 0.2']],
    [
      'a column of a table beside a share',
      [
        'train: train.txt, validation: val.txt',
        'train: { file: a.csv, value: b }, validation: 0.2',
      ],
    ],
    ['a share beside a list', ['validation: val.txt', 'validation: val.txt, test: 0.2']],
    ['a validation list alone', ['train: train.txt, ', '']],
    [
      'shares that leave nothing',
      ['train: train.txt, validation: val.txt', 'validation: 0.5, test: 0.5'],
    ],
    ['two terms of one name', ['weight: 1, with', 'name: a, with'], ['weight: 1 }', 'name: a }']],
  ])('refuses %s', async (_, ...changes) => {
    expect(await mistakesOf(changed(...changes))).toMatchSnapshot();
  });

  test('lets pass what has one', async () => {
    expect(
      await mistakesOf(DESIGN, [
        'train.optimizer.weightDecay=0.1',
        'train.schedule={ use: poly, power: 2, final: 0.1, warmup: 3 }',
        'data.split={ train: a.txt, validation: b.txt, test: c.txt, by: image }',
      ]),
    ).toEqual([]);
  });
});

describe('YAML', () => {
  test.each([
    ['an empty file', ''],
    ['a file of comments', '# nothing\n'],
    ['a list', '- data\n- model\n'],
    ['a word', 'train\n'],
    ['a tab', 'train:\n\tepochs: 3\n'],
    ['two documents', 'name: a\n---\nname: b\n'],
    ['an alias that leads nowhere', 'name: *x\n'],
    ['an alias inside itself', 'data: &a { with: *a }\n'],
    ['a key that is a list', '[a, b]: 1\n'],
  ])('tells %s', async (_, text) => {
    expect(await mistakesOf(text)).toMatchSnapshot();
  });

  test('tells a key that is written twice, and goes on', async () => {
    const text = changed(['batch: 8', 'epochs: 50, batch: none']);
    expect(await mistakesOf(text)).toEqual([
      'raremask.yaml:13:24: the key epochs is written twice in one map. Expected: every key once. Do this: keep one of the two.',
      'raremask.yaml:13:43: the setting train.batch does not fit. Expected: whole number of at least 1. Got: "none".',
    ]);
  });

  test.each([
    ['a bracket that stays open', ['model:   { use', 'model:   { use: [ use']],
    ['a brace that stays open', ['depth: 4 } }', 'depth: 4 }']],
    ['a tab', ['loss:\n', 'loss:\n\t']],
    ['a quotation mark that stays open', ['"@raremask/unet",', '"@raremask/unet,']],
  ] as const)(
    'tells %s together with the mistakes before it, and none behind it',
    async (_, change) => {
      const text = changed(['seed: 7', 'sead: 7'], change, ['batch: 8', 'batch: none']);
      const mistakes = await mistakesOf(text);
      expect(mistakes[0]).toBe(
        'raremask.yaml:3:1: there is no setting sead. Expected: name, seed, data, model, loss, sampler, train, evaluate, backend, threads, precision, output, format, trackers, services. Do this: write seed.',
      );
      expect(mistakes.length).toBeGreaterThan(1);
      for (const mistake of mistakes.slice(1)) expect(mistake).toContain('the YAML cannot be read');
    },
  );

  test('tells a file that is not there, and one that is a folder', async () => {
    const project = usualProject();
    mkdirSync(join(project.folder, 'folder.yaml'));
    const good = project.write('good.yaml', DESIGN);
    const files = [good, 'none.yaml', 'folder.yaml'].map((name) =>
      name === good ? good : join(project.folder, name),
    );
    expect(await failure(project, files)).toEqual([
      'none.yaml: the manifest cannot be read. Expected: a YAML file at none.yaml. Do this: check the path.',
      'folder.yaml: the manifest cannot be read. Expected: a YAML file at folder.yaml. Do this: check the path.',
    ]);
  });

  test('tells that no file is named', async () => {
    await expect(loadManifest([])).rejects.toThrow('manifest: the manifest cannot be read.');
  });

  test('tells the mistakes of several files, each with its own place', async () => {
    const files = { 'a.yaml': changed(['seed: 7', 'seed: -1']), 'b.yaml': 'train: { bach: 3 }\n' };
    expect(await mistakesOf(files, ['train.epoch=1'])).toEqual([
      'a.yaml:3:7: the setting seed does not fit. Expected: whole number of at least 0. Got: -1.',
      'b.yaml:1:10: there is no setting train.bach. Expected: epochs, budget, batch, optimizer, schedule, clip, accumulate, average, earlyStop, sentinel, augment, validateEvery, workers. Do this: write train.batch.',
      '--set train.epoch=1: there is no setting train.epoch. Expected: epochs, budget, batch, optimizer, schedule, clip, accumulate, average, earlyStop, sentinel, augment, validateEvery, workers. Do this: write train.epochs.',
    ]);
  });
});

describe('--set', () => {
  test.each([
    'train.epoch=5',
    'train.epochs=many',
    'train.epochs',
    '=5',
    'train..epochs=5',
    'train.epochs.x=5',
    'loss[2].weight=1',
    'loss.weight=1',
    'train[0]=1',
    'train.schedule=[',
    'model.with.depht=3',
    'sampler.use=@raremask/samplr',
  ])('%s', async (override) => {
    const [mistake, ...more] = await mistakesOf(DESIGN, [override]);
    expect(mistake).toMatch(`--set ${override}: `);
    expect(more).toEqual([]);
    expect(mistake).toMatchSnapshot();
  });
});

describe('environment variables', () => {
  test('that are not set are told once each, without further mistakes of the value', async () => {
    const text = changed(
      ['epochs: 40', 'epochs: "${env:EPOCHS}"'],
      ['root: ./data', 'root: "${env:BASE}/${env:SET}"'],
      ['use: "@raremask/unet"', 'use: "${env:MODEL}"'],
    );
    expect(await mistakesOf(text)).toMatchInlineSnapshot(`
      [
        "raremask.yaml:6:17: the environment variable BASE is not set. Expected: a value, or a default: \${env:BASE:-default}. Do this: set BASE, or write a default.",
        "raremask.yaml:6:17: the environment variable SET is not set. Expected: a value, or a default: \${env:SET:-default}. Do this: set SET, or write a default.",
        "raremask.yaml:8:17: the environment variable MODEL is not set. Expected: a value, or a default: \${env:MODEL:-default}. Do this: set MODEL, or write a default.",
        "raremask.yaml:13:20: the environment variable EPOCHS is not set. Expected: a value, or a default: \${env:EPOCHS:-default}. Do this: set EPOCHS, or write a default.",
      ]
    `);
  });

  test.each(['${env:}', '${env:A-B}', '${env:OPEN'])('%s is malformed', async (reference) => {
    const [mistake, ...more] = await mistakesOf(changed(['root: ./data', `root: "x${reference}"`]));
    expect(more).toEqual([]);
    expect(mistake).toBe(
      `raremask.yaml:6:17: the reference to an environment variable is malformed. Expected: \${env:NAME} or \${env:NAME:-default}. Got: x${reference}. Do this: close the brace, and use letters, digits and _ for the name.`,
    );
  });
});

test('a default sampler that is not installed is told', async () => {
  const project = usualProject();
  project.install('@raremask/sampler', '', { exports: {} });
  const [mistake] = await mistakesOf(
    changed([
      'sampler: { use: "@raremask/sampler", with: { foreground: 0.5, window: [64, 64] } }\n',
      '',
    ]),
    [],
    project,
  );
  expect(mistake).toContain('@raremask/sampler');
});

test('a file where a map names a plugin is answered with the map', async () => {
  const text = changed(['sampler: {', 'sampler: ./s.ts # {']);
  expect(await mistakesOf(`${text}\nservices: [./v.ts]\ntrackers: ./t.ts\n`)).toEqual([
    expect.stringMatching(/the setting sampler does not .* Do this: write \{ use: \.\/s\.ts \}\.$/),
    expect.stringMatching(
      /setting services\[0\] does not .* Do this: write \{ use: \.\/v\.ts \}\.$/,
    ),
    expect.stringMatching(
      /setting trackers does not .* Do this: write \[\{ use: \.\/t\.ts \}\]\.$/,
    ),
  ]);
});
