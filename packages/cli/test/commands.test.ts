import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject, emptyProject } from './project.ts';

const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
) as { version: string };
const COMMANDS = [
  'train',
  'resume',
  'evaluate',
  'predict',
  'init',
  'inspect',
  'report',
  'schema',
  'doctor',
  'backend',
  'plugins',
];
const ESCAPE = String.fromCharCode(27);

test('--help names every command, --version the version', async () => {
  const project = emptyProject();
  const help = await raremask(project, '--help');
  expect(help.status).toBe(0);
  for (const name of COMMANDS) expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect(await raremask(project, '--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
  for (const name of COMMANDS) {
    expect((await raremask(project, name, '--help')).status, name).toBe(0);
  }
});

test.each([
  [['trian'], 'train'],
  [['train', '--sett', 'seed=1'], '--set'],
  [['train', '--backend', 'webgl'], 'tensorflow-gpu'],
  [['predict', 'runs/x'], '--out'],
  [['predict', 'runs/x', '--out', 'predicted'], 'images'],
])('a wrong command line exits 2 and says what there is: %j', async (parameters, word) => {
  const { status, stdout, stderr } = await raremask(emptyProject(), ...parameters);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('inspect counts images and empty masks, as a table and as JSON', async () => {
  const project = createProject();
  const table = await raremask(project, 'inspect');
  expect(table.status, table.stderr).toBe(0);
  expect(table.stdout).toMatch(/^train +8 +4 +4 +50 %/m);
  const { status, stdout } = await raremask(project, 'inspect', '--json');
  expect(status).toBe(0);
  const inspection = JSON.parse(stdout) as { splits: unknown };
  expect(inspection.splits).toMatchObject([
    { name: 'train', images: 8, empty: 4 },
    { name: 'validation', images: 3, empty: 1 },
    { name: 'test', images: 1, empty: 1 },
  ]);
});

test('the result of every command with --json is JSON alone', async () => {
  const project = createProject();
  for (const parameters of [
    ['train'],
    ['evaluate', 'runs/tiny'],
    ['predict', 'runs/tiny', 'data/images', '--out', 'predicted'],
    ['report', 'runs/tiny'],
    ['schema'],
    ['doctor'],
    ['plugins', 'list'],
    ['resume', 'nowhere'],
  ]) {
    const { stdout } = await raremask(project, ...parameters, '--json');
    expect(() => JSON.parse(stdout) as unknown, `${parameters}: ${stdout}`).not.toThrow();
  }
});

test('plugins list and schema show what is installed in the folder', async () => {
  const project = emptyProject();
  const { status, stdout } = await raremask(project, 'plugins', 'list', '--json');
  expect(status).toBe(0);
  const plugins = JSON.parse(stdout) as { specifier: string; kind: string }[];
  expect(plugins.map(({ specifier, kind }) => [specifier, kind])).toEqual(
    expect.arrayContaining([
      ['@raremask/dataset-images', 'dataset'],
      ['@raremask/loss-ce', 'loss'],
      ['@raremask/loss-dice', 'loss'],
      ['@raremask/sampler', 'sampler'],
      ['@raremask/unet', 'model'],
    ]),
  );
  const written = await raremask(project, 'schema', '--out', 'raremask.schema.json');
  expect(written).toMatchObject({ status: 0, stdout: '' });
  expect(project.read('raremask.schema.json')).toBe((await raremask(project, 'schema')).stdout);
});

test('doctor finds a backend that works', async () => {
  const { status, stdout } = await raremask(emptyProject(), 'doctor', '--json');
  const findings = JSON.parse(stdout) as { name: string; state: string }[];
  expect(status, stdout).toBe(0);
  expect(findings.find(({ name }) => name.startsWith('wasm'))?.state).toBe('ok');
  expect(findings.find(({ name }) => name === 'plugins')?.state).toBe('ok');
});

test('a package manager that puts packages into archives is refused with what to do', async () => {
  const project = emptyProject();
  // What Yarn's file does, among other things.
  const file = project.write('pnp.cjs', "process.versions.pnp = '3';");
  const ended = await run(project.folder, ['doctor'], { NODE_OPTIONS: `--require ${file}` });
  expect(ended.status).toBe(3);
  expect(ended.stderr).toContain('write nodeLinker: node-modules into .yarnrc.yml');
  expect(ended.stderr).toContain('RAREMASK_PLUG_AND_PLAY');
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
});

test('commands that install are those of the package manager of the folder', async () => {
  const project = emptyProject();
  project.write('bun.lock', '{}');
  project.write('raremask.yaml', 'model: { use: "@raremask/absent" }\n');
  const { stderr } = await raremask(project, 'train');
  expect(stderr).toContain('bun add @raremask/absent');
  const json = await raremask(project, 'train', '--json');
  expect(json.stdout).not.toContain('npm install');
});

test('init without a folder for temporary files says which variable names one', async () => {
  const project = createProject();
  const ended = await run(project.folder, ['init', 'data', '--out', 'new.yaml'], {
    TMPDIR: project.at('nowhere'),
  });
  expect(ended.status, ended.stderr).toBe(3);
  expect(ended.stderr).toContain('RAREMASK_TEMPORARY_FOLDER');
  expect(ended.stderr).toContain('TMPDIR');
});

test('a broken plugin is reported by doctor and stops no other', async () => {
  const project = emptyProject();
  project.write(
    'node_modules/broken/package.json',
    '{ "name": "broken", "version": "0.1.0", "type": "module", "exports": "./index.js", "raremask": { "plugins": ["."] } }',
  );
  project.write('node_modules/broken/index.js', 'throw new Error("not today");');
  const doctor = await raremask(project, 'doctor');
  expect(doctor.status).toBe(3);
  expect(doctor.stdout).toContain('not today');
  const list = await raremask(project, 'plugins', 'list');
  expect(list.status).toBe(0);
  expect(list.stdout).toContain('@raremask/unet');
});

test('colour is for terminals, FORCE_COLOR forces it, and NO_COLOR wins', async () => {
  const { folder } = createProject();
  const coloured = async (env: NodeJS.ProcessEnv) => {
    const { stdout, stderr } = await run(folder, ['inspect', '--set', 'sead=1'], env);
    return `${stdout}${stderr}`.includes(ESCAPE);
  };
  expect(await coloured({})).toBe(false);
  expect(await coloured({ FORCE_COLOR: '1' })).toBe(true);
  expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});
