import { describe, expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, emptyProject, MANIFEST, type Project } from './project.ts';

const SOUND = `import { defineSchedule } from '@raremask/core';
import * as z from 'zod';
export default defineSchedule({
  name: 'line', api: 1, summary: 'A straight line',
  options: z.strictObject({ final: z.number().min(0).max(1).default(0).describe('Share at the end') }),
  create: ({ final }) => ({ factor: ({ done }) => 1 - (1 - final) * done }),
});`;
const ABOUT = { kind: 'schedule', name: 'line', api: 1, summary: 'A straight line' };

/** A package beside the manifest, not installed. */
function package_(project: Project, module: string, fields: object = {}): void {
  const file = {
    name: 'my-line',
    version: '0.1.0',
    type: 'module',
    exports: { '.': './index.js' },
    raremask: { plugins: { '.': ABOUT } },
    ...fields,
  };
  project.write('my-line/package.json', JSON.stringify(file));
  project.write('my-line/index.js', module);
}

describe('plugins info', () => {
  test('tells of a plugin without running it, and of its options once that is asked for', async () => {
    const project = emptyProject();
    const throwing = `throw new Error('run');`;
    project.write(
      'node_modules/my-line/package.json',
      JSON.stringify({
        name: 'my-line',
        version: '0.1.0',
        license: 'MIT',
        exports: './index.js',
        type: 'module',
        raremask: { plugins: { '.': ABOUT } },
        peerDependencies: { '@raremask/core': '^9.0.0' },
      }),
    );
    project.write('node_modules/my-line/index.js', throwing);
    const { status, stdout } = await raremask(project, 'plugins', 'info', 'my-line');
    expect(status).toBe(0);
    for (const text of [
      'schedule',
      'A straight line',
      'train.schedule',
      'MIT',
      '^9.0.0',
      'does not fit',
    ]) {
      expect(stdout).toContain(text);
    }
    const dice = await raremask(
      project,
      'plugins',
      'info',
      '@raremask/loss-dice',
      '--options',
      '--json',
    );
    expect(JSON.parse(dice.stdout)).toMatchObject({
      about: { kind: 'loss', name: 'dice' },
      options: expect.arrayContaining([expect.objectContaining({ option: 'empty' })]),
      needs: ['facts', 'census'],
    });
  });

  test('of one that is not installed says what is', async () => {
    const { status, stderr } = await raremask(
      emptyProject(),
      'plugins',
      'info',
      '@raremask/loss-dise',
    );
    expect(status).toBe(2);
    expect(stderr).toContain('write "@raremask/loss-dice"');
  });
});

describe('plugins check', () => {
  test('passes a sound package, with each set of options', async () => {
    const project = emptyProject();
    package_(project, SOUND);
    const { status, stdout } = await raremask(
      project,
      'plugins',
      'check',
      'my-line',
      '--with',
      '{ final: 0.5 }',
    );
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^my-line \(schedule line\): passes all \d+ checks\n$/),
    ]);
  });

  test('says in words what is wrong with a package and with its plugin', async () => {
    const project = emptyProject();
    package_(project, SOUND.replace('1 - (1 - final) * done', 'NaN'), {
      raremask: { plugins: { '.': { ...ABOUT, name: 'curve' } } },
      dependencies: { '@raremask/core': '^1.0.0' },
      peerDependencies: { '@tensorflow/tfjs': '^3.0.0' },
    });
    const { status, stdout } = await raremask(project, 'plugins', 'check', './my-line', '--json');
    expect(status).toBe(1);
    const [{ findings }] = JSON.parse(stdout) as [{ findings: { check: string; says: string }[] }];
    const checks = findings.map(({ check }) => check);
    expect(checks).toEqual(
      expect.arrayContaining([
        'shares core and tfjs',
        'has peers that fit',
        'is what package.json says',
      ]),
    );
    expect(findings.at(-1)!.says).toMatch(/no share of a learning rate.*Do this/s);
  });

  test.each([
    [
      'throws',
      `throw new Error('not today');`,
      /can be loaded\n.*not today, at .*my-line\/index\.js:1:7/,
    ],
    ['is CommonJS', `module.exports = {};`, /can be loaded\n.*CommonJS/],
    [
      'has another name that is taken',
      SOUND.replaceAll("'line'", "'cosine'"),
      /@raremask\/schedules\/cosine.* is called cosine too/,
    ],
  ])('names a module that %s', async (_, module, says) => {
    const project = emptyProject();
    package_(project, module, { raremask: { plugins: ['.'] } });
    const { status, stdout } = await raremask(project, 'plugins', 'check', 'my-line');
    expect([status, stdout]).toEqual([1, expect.stringMatching(says)]);
  });

  test('counts no check as passed that meets a fault which another has reported', async () => {
    const project = emptyProject();
    project.write(
      'line.ts',
      SOUND.replace(/create:.*/s, "create: () => { throw new Error('no'); } });"),
    );
    const { status, stdout } = await raremask(project, 'plugins', 'check', 'line.ts');
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/: 1 thing is wrong, \d+ more meet the same, \d+ checks? pass/),
    ]);
  });

  test('takes a file, and refuses a folder without a package', async () => {
    const project = emptyProject();
    project.write('line.ts', SOUND);
    project.write('empty/notes.txt', '');
    expect((await raremask(project, 'plugins', 'check', 'line.ts')).status).toBe(0);
    const refused = await raremask(project, 'plugins', 'check', 'empty');
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('no package in this folder'),
    ]);
    const options = await raremask(project, 'plugins', 'check', 'line.ts', '--with', '3');
    expect([options.status, options.stderr]).toEqual([
      2,
      expect.stringContaining('a map, for example'),
    ]);
  });
});

const CLOCK = `import { defineService, token } from '@raremask/core';
export default defineService({ name: 'clock', api: 1, provides: token('my-clock'), create: () => ({ now: () => 7 }) });`;
const STRIPES = `import { defineAugmentation, token } from '@raremask/core';
export default defineAugmentation({
  name: 'stripes', api: 1, needs: { clock: token('my-clock') },
  create: (_, { clock }) => {
    if (clock.now() !== 7) throw new Error('another clock');
    return { window() {} };
  },
});`;
const SERVICES = `${MANIFEST.trimEnd()}\nservices: [{ use: ./clock.ts }]\n`;

describe('plugins graph', () => {
  test('says who needs what, and who provides it', async () => {
    const project = createProject(SERVICES);
    project.write('clock.ts', CLOCK);
    project.write('stripes.ts', STRIPES);
    const set = ['--set', 'train.augment=[{ use: ./stripes.ts }]'];
    const { status, stdout } = await raremask(project, 'plugins', 'graph', ...set, '--json');
    expect(status).toBe(0);
    const { needs, services } = JSON.parse(stdout) as { needs: unknown[]; services: unknown[] };
    expect(needs).toContainEqual({
      place: 'train.augment[0]',
      plugin: './stripes.ts',
      needs: 'my-clock',
      provider: 'services[0]',
    });
    expect(needs).toContainEqual(expect.objectContaining({ needs: 'facts', provider: 'the run' }));
    expect(services).toEqual([
      {
        place: 'services[0]',
        plugin: './clock.ts',
        provides: 'my-clock',
        neededBy: ['train.augment[0]'],
      },
    ]);
    const without = await raremask(project, 'plugins', 'graph', ...set, '--set', 'services=[]');
    expect([without.status, without.stderr]).toEqual([
      2,
      expect.stringContaining('train.augment[0] needs my-clock, and nobody provides it'),
    ]);
  });

  test('is what a run does, in its reading threads too', async () => {
    const project = createProject(SERVICES);
    project.write('clock.ts', CLOCK);
    project.write('stripes.ts', STRIPES);
    const set = ['train.augment=[{ use: ./stripes.ts }]', 'train.workers=2'].flatMap((text) => [
      '--set',
      text,
    ]);
    const { status, stderr } = await raremask(project, 'train', ...set);
    expect(status, stderr).toBe(0);
    expect(project.read('runs/tiny/manifest.resolved.yaml')).toContain('services:');
  });
});
