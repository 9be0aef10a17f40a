import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadManifest, ManifestErrors, manifestJsonSchema } from '../src/manifest/index.ts';
import { DESIGN, usualProject } from './project.ts';

const OWN = `import { defineAugmentation } from '@raremask/core';
export default defineAugmentation({ name: 'own', api: 1, create: () => ({ window() {} }) });
`;

/** The design with `train.augment`, or without where nothing is given. */
function design(augment?: string): string {
  return augment === undefined
    ? DESIGN
    : DESIGN.replace('schedule: cosine }', `schedule: cosine, augment: ${augment} }`);
}

async function load(augment?: string, set: readonly string[] = []) {
  const project = usualProject();
  project.write('own.ts', OWN);
  return await loadManifest([project.write('raremask.yaml', design(augment))], { set });
}

async function entries(augment?: string, set?: readonly string[]) {
  const { plugins } = await load(augment, set);
  return plugins.augmentations.map(({ place, use, options }) => [place, use, options]);
}

const mistakes = async (augment: string, set?: readonly string[]) => {
  const error = await load(augment, set).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ManifestErrors);
  return (error as ManifestErrors).errors.map(({ message }) => message);
};

const BOTH = { flip: true, rotate: true };

test('without a word there are flips and turns by right angles', async () => {
  expect(await entries()).toEqual([['train.augment', 'flip-rotate', BOTH]]);
  expect(await entries('{}')).toEqual([['train.augment', 'flip-rotate', BOTH]]);
});

test('a map stands for a list in the order of the table, whatever its own', async () => {
  expect(await entries('{ gamma: { to: 2 }, flip: 0.5, turn: {} }')).toEqual([
    ['train.augment', 'flip-rotate', { flip: 0.5, rotate: true }],
    ['train.augment.turn', 'turn', { degrees: 15 }],
    ['train.augment.gamma', 'gamma', { from: 0.7, to: 2 }],
  ]);
});

test('a list is taken in its own order, by words and files, and with nothing besides', async () => {
  const list = '[{ use: gamma, with: { to: 2 } }, ./own.ts, flip-rotate, gamma]';
  expect(await entries(list)).toEqual([
    ['train.augment[0]', 'gamma', { from: 0.7, to: 2 }],
    ['train.augment[1]', './own.ts', {}],
    ['train.augment[2]', 'flip-rotate', BOTH],
    ['train.augment[3]', 'gamma', { from: 0.7, to: 1.5 }],
  ]);
  expect(await entries('[]')).toEqual([]);
});

test('overrides reach into both forms', async () => {
  const set = ['train.augment.gamma.to=3', 'train.augment.flip=false'];
  expect(await entries('{ gamma: {} }', set)).toEqual([
    ['train.augment', 'flip-rotate', { flip: false, rotate: true }],
    ['train.augment.gamma', 'gamma', { from: 0.7, to: 3 }],
  ]);
  expect(await entries('[gamma]', ['train.augment.0.with.to=3'])).toEqual([
    ['train.augment[0]', 'gamma', { from: 0.7, to: 3 }],
  ]);
});

test.each([
  ['{ gamma: { to: 2 }, rotate: false }', ['flip: true', 'rotate: false', 'gamma:', 'from: 0.7']],
  ['[{ use: gamma }, ./own.ts]', ['- use: gamma # @raremask/augmentations 1.2.3', 'use: ./own.ts']],
])(
  'the resolved manifest keeps the form of %s, with defaults, and loads again',
  async (text, lines) => {
    const project = usualProject();
    project.write('own.ts', OWN);
    const loaded = await loadManifest([project.write('raremask.yaml', design(text))]);
    for (const line of lines) expect(loaded.toYaml()).toContain(line);
    const again = await loadManifest([project.write('again.yaml', loaded.toYaml())]);
    const options = (of: typeof loaded) => of.plugins.augmentations.map((one) => one.options);
    expect(options(again)).toEqual(options(loaded));
    expect(again.manifest).toEqual(loaded.manifest);
  },
);

test('mistakes of a map are told at their place in it', async () => {
  expect(
    await mistakes('{ gama: {}, turn: { degres: 3 }, gamma: { from: 2 }, flip: often }'),
  ).toEqual([
    expect.stringMatching(
      /raremask\.yaml:13:\d+: there is no setting train\.augment\.gama\. .*Do this: write train\.augment\.gamma\.$/,
    ),
    expect.stringMatching(/there is no setting train\.augment\.turn\.degres\. Expected: degrees\./),
    expect.stringMatching(
      /the setting train\.augment\.gamma\.from does not fit\. Expected: number above 0 and at most 1\. Got: 2\./,
    ),
    expect.stringMatching(
      /the setting train\.augment\.flip does not fit\. Expected: true or false or number from 0 to 1\. Got: "often"\./,
    ),
  ]);
  expect(await mistakes('{ gamma: 3 }')).toEqual([
    expect.stringMatching(
      /the setting train\.augment\.gamma does not fit\. Expected: map\. Got: 3\./,
    ),
  ]);
});

test('mistakes of a list are told at their place in it', async () => {
  expect(await mistakes('[{ use: gama }, { use: gamma, wth: {} }, { with: {} }]')).toEqual([
    expect.stringMatching(
      /the setting train\.augment\.use does not fit\. Expected: flip-rotate, turn, .* Do this: write gamma\./,
    ),
    expect.stringMatching(
      /there is no setting train\.augment\[1\]\.wth\. .*Do this: write train\.augment\[1\]\.with\./,
    ),
    expect.stringMatching(/the setting train\.augment\[2\]\.use is missing/),
  ]);
  expect(await mistakes('gamma')).toEqual([
    expect.stringMatching(
      /the setting train\.augment does not fit\. Expected: list: each map or map\. Got: "gamma"\./,
    ),
  ]);
});

test('the schema for editors knows both forms and their options', async () => {
  const validate = new Ajv({ allErrors: true }).compile(
    await manifestJsonSchema(usualProject().folder),
  );
  const fits = (augment: string) => validate(parse(design(augment)));
  expect(fits('{ flip: 0.5, gamma: { to: 2 } }')).toBe(true);
  expect(
    fits('[gamma, { use: turn, with: { degrees: 3 } }, { use: ./own.ts, with: { a: 1 } }]'),
  ).toBe(true);
  expect(fits('{ flip: often }')).toBe(false);
  expect(fits('{ gamma: { too: 2 } }')).toBe(false);
  expect(fits('[{ use: "@raremask/augmentations/turn", with: { angle: 3 } }]')).toBe(false);
});
