import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadManifest, manifestJsonSchema } from '../src/manifest/index.ts';
import { DESIGN, type Project, usualProject } from './project.ts';

async function validator(project: Project = usualProject()) {
  const ajv = new Ajv({ allErrors: true });
  const validate = ajv.compile(await manifestJsonSchema(project.folder));
  return (text: string): string[] => {
    validate(parse(text));
    return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))].sort();
  };
}

const changed = (from: string, to: string) => {
  expect(DESIGN).toContain(from);
  return DESIGN.replace(from, to);
};

test('is a draft-07 schema that passes the manifest of the design', async () => {
  const project = usualProject();
  const schema = (await manifestJsonSchema(project.folder)) as { readonly $schema: string };
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(new Ajv().validateSchema(schema)).toBe(true);
  expect((await validator(project))(DESIGN)).toEqual([]);
});

test('passes what the manifest writes itself', async () => {
  const project = usualProject();
  const { toYaml } = await loadManifest([project.write('raremask.yaml', DESIGN)]);
  expect((await validator(project))(toYaml())).toEqual([]);
});

test.each([
  ['an unknown setting', 'epochs: 40', 'epoch: 40', '/train'],
  ['a value of another type', 'batch: 8', 'batch: eight', '/train/batch'],
  ['a plugin that is not installed', 'loss-dice', 'loss-dise', '/loss/0/use'],
  ['a plugin of another kind', '@raremask/loss-ce', '@raremask/unet', '/loss/1/use'],
  ['an unknown option', 'depth: 4', 'dept: 4', '/model/with'],
  ['an unknown option of a schema that is not strict', 'pool: batch', 'pol: batch', '/loss/0/with'],
  ['an option out of range', 'foreground: 0.5', 'foreground: 2', '/sampler/with/foreground'],
  ['a missing option', 'images: "images/*.png", ', '', '/data/with'],
  [
    'an option of a plugin without options',
    'loss-ce",',
    'loss-ce", with: { a: 1 },',
    '/loss/1/with',
  ],
  ['a schedule that does not exist', 'schedule: cosine', 'schedule: cosin', '/train/schedule'],
])('finds %s', async (_, from, to, place) => {
  expect((await validator())(changed(from, to))).toContain(place);
});

test('asks for the options that a plugin requires', async () => {
  const text = DESIGN.replace(/ {2}with: \{ root.*\n/, '');
  expect((await validator())(text)).toContain('/data');
});

test.each(['./my-loss.ts', '../losses/a.mjs', '/opt/loss.js'])(
  'lets the file %s have any options',
  async (file) => {
    const text = changed(
      '"@raremask/loss-ce",',
      `"${file}", with: { anything: [1, { at: all }] },`,
    );
    expect((await validator())(text)).toEqual([]);
  },
);

test('lets a schedule be a word or a map', async () => {
  const text = changed('schedule: cosine', 'schedule: { use: poly, power: 2 }');
  expect((await validator())(text)).toEqual([]);
});

test("follows the references inside a plugin's schema, and a plugin that refers to itself", async () => {
  const project = usualProject();
  project.install(
    '@me/loss',
    `const tree = z.strictObject({
      weight: z.number().min(0),
      get children() { return z.array(tree).default([]); },
    });
    export default core.defineLoss({ name: 'tree', api: 1, options: tree, create: () => () => {} });`,
  );
  const validate = await validator(project);
  const text = (weight: number) =>
    changed(
      '"@raremask/loss-ce",',
      `"@me/loss", with: { weight: 1, children: [{ weight: 1, children: [{ weight: ${weight} }] }] },`,
    );
  expect(validate(text(1))).toEqual([]);
  expect(validate(text(-1))).toContain('/loss/1/with/children/0/children/0/weight');
});

test('leaves a plugin that does not load out', async () => {
  const project = usualProject();
  project.install('broken', "throw new Error('no');");
  expect((await validator(project))(DESIGN)).toEqual([]);
  expect((await validator(project))(changed('"@raremask/loss-ce"', '"broken"'))).toContain(
    '/loss/1/use',
  );
});
