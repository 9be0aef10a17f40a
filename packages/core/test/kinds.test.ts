import { describe, expect, test } from 'vitest';
import { createHost } from '../src/host/index.ts';
import { KINDS, type Kinds } from '../src/index.ts';
import { loadManifest, manifestJsonSchema } from '../src/manifest/index.ts';
import { DESIGN, type Project, usualProject } from './project.ts';

/** A kind that nobody has heard of: one row, and a package of it. */
const kinds: Kinds = {
  ...KINDS,
  pruner: {
    key: 'pruners',
    word: 'pruner',
    describe: 'What is cut out of the network',
    as: 'pruners',
    many: true,
    product: ['prune'],
    names: { magnitude: 'raremask-pruner' },
  },
};

function scratch(create = '() => ({ prune: () => share })'): Project {
  const project = usualProject();
  project.install(
    'raremask-pruner',
    `export default {
      kind: 'pruner', name: 'magnitude', api: 1,
      options: z.strictObject({ share: z.number().min(0).max(1).default(0.5) }),
      create: ({ share }) => (${create})(),
    };`,
  );
  return project;
}

async function loaded(project: Project, text: string) {
  return await loadManifest([project.write('raremask.yaml', `${DESIGN}${text}`)], { kinds });
}

describe('a made-up kind', () => {
  test('is loaded by its row, by a word or in full, in the order of the manifest', async () => {
    const { all } = await loaded(
      scratch(),
      'pruners: [magnitude, { use: raremask-pruner, with: { share: 0.25 } }]\n',
    );
    const pruners = all.filter(({ kind }) => (kind as string) === 'pruner');
    expect(pruners.map(({ place, use, options }) => [place, use, options])).toEqual([
      ['pruners[0]', 'magnitude', { share: 0.5 }],
      ['pruners[1]', 'raremask-pruner', { share: 0.25 }],
    ]);
  });

  test('is made by the host, which knows what it must have', async () => {
    const make = async (project: Project) => {
      const { plugins } = await loaded(project, 'pruners: [magnitude]\n');
      const [pruner] = (plugins as unknown as { readonly pruners: never[] }).pruners;
      return await createHost({ kinds }).run({ seed: 1 }).make(pruner!);
    };
    const made = (await make(scratch())) as { readonly prune: () => number };
    expect(made.prune()).toBe(0.5);
    await expect(make(scratch('() => ({ cut: 1 })'))).rejects.toThrow(
      'Expected: an object with prune. Got: an object without prune.',
    );
  });

  test('stands in the resolved manifest with its defaults, and loads again', async () => {
    const project = scratch();
    const { toYaml } = await loaded(project, 'pruners: [magnitude]\n');
    expect(toYaml()).toContain(
      [
        'pruners:',
        '  - use: magnitude # raremask-pruner 1.2.3',
        '    with:',
        '      share: 0.5',
      ].join('\n'),
    );
    const again = await loadManifest([project.write('again.yaml', toYaml())], { kinds });
    expect(again.toYaml()).toContain('share: 0.5');
  });

  test('has its options and words in the schema for editors', async () => {
    const schema = JSON.stringify(await manifestJsonSchema(scratch().folder, kinds));
    expect(schema).toContain('"enum":["magnitude"]');
    expect(schema).toContain('"raremask-pruner":{');
  });

  test('is unknown to a core without its row', async () => {
    const project = scratch();
    const manifest = project.write('raremask.yaml', `${DESIGN}pruners: [magnitude]\n`);
    await expect(loadManifest([manifest])).rejects.toThrow('there is no setting pruners');
  });
});
