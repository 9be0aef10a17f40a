import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { further } from './further.ts';

const root = join(import.meta.dirname, '..');
const raremask = join(root, 'packages', 'cli', 'bin', 'raremask.js');

/** Where the real TensorFlow is installed once for all runs of the tests: 230 MB are fetched for it. */
const folder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'raremask-tests',
  'tensorflow',
);

function ran(command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd: command === process.execPath ? folder : root,
    encoding: 'utf8',
    env: { ...inherited, ...env },
  });
  return { status, said: `${stdout}${stderr}` };
}

/** Whether the wheel could be had; where not, the line that says why. */
function isInstalled(): boolean {
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8'))) return true;
  writeFileSync(join(folder, 'package.json'), '{ "name": "tensorflow", "private": true }');
  // Wheels that are there already, for machines without a network.
  const wheels = process.env.RAREMASK_TEST_WHEELS;
  const from = wheels === undefined ? [] : ['--from', wheels];
  const { status, said } = ran(process.execPath, [
    raremask,
    ...['backend', 'install', 'tensorflow', ...from],
  ]);
  if (status === 0) expect(said).toMatch(/is installed by .*TensorFlow's wheel|its own script/);
  else {
    expect(said).toContain('RAREMASK_TENSORFLOW_NOT_INSTALLED');
    console.warn(`skipped: the real TensorFlow cannot be had here: ${said.split('\n').at(-2)}`);
  }
  return status === 0;
}

let known: boolean | undefined;
/** Looked for by the first test that asks. */
function installed(): boolean {
  known ??= isInstalled();
  return known;
}

const HOUR = 3600 * 1000;

/** A project, and which of its files. */
const suites: readonly (readonly [string, ...string[]])[] = [
  ['@raremask/loss-dice', 'conformance', 'laws', 'closedForms', 'emptyMasks'],
  ['@raremask/loss-ce', 'conformance'],
  ['@raremask/unet', 'conformance'],
  ['@raremask/optimizers', 'conformance'],
  ['@raremask/test', 'compiled.test'],
];

test.for(further('every loss, gradient and check on the real TensorFlow', suites))(
  'what holds of plugins holds on the real TensorFlow: %s',
  { timeout: HOUR },
  ([project, ...files], { skip }) => {
    if (!installed()) skip('the real TensorFlow cannot be had here');
    const { status, said } = ran('npx', ['vitest', 'run', '--project', project, ...files], {
      RAREMASK_TEST_TENSORFLOW: folder,
    });
    expect(status, said.slice(-4000)).toBe(0);
  },
);

test.for(further("the demo's network on the real TensorFlow", [['tensorflow'] as const]))(
  "the demo's network trains on %s",
  { timeout: HOUR },
  ([backend], { skip }) => {
    if (!installed()) skip('the real TensorFlow cannot be had here');
    const example = join(root, 'examples', 'lung-phantom');
    const plugins = join(folder, 'node_modules', '@raremask');
    if (!existsSync(plugins)) symlinkSync(join(example, 'node_modules', '@raremask'), plugins);
    writeFileSync(join(folder, 'raremask.yaml'), readFileSync(join(example, 'raremask.yaml')));
    const phantom = join(root, 'packages', 'dataset-phantom', 'bin', 'raremask-phantom.js');
    const made = ran(process.execPath, [phantom, '--out', join(folder, 'data'), '--seed', '7']);
    expect(made.status, made.said).toBe(0);
    const { status, said } = ran(process.execPath, [
      ...[raremask, 'train', '--backend', backend, '--set', 'train.epochs=1'],
    ]);
    expect(status, said).toBe(0);
    expect(said).toContain('tensorflow (@tensorflow/tfjs-node 4.22.0');
  },
);
