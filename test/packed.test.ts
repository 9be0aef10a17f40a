import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { further } from './further.ts';
import { packAll, packages, root } from './pack.ts';
import { codeOfReadme } from './readme.ts';

const execute = promisify(execFile);
const names = packages.map(({ manifest }) => manifest.name);
const MINUTES = 60_000;
vi.setConfig({ testTimeout: 5 * MINUTES });

/** Runs a program; what it printed is the failure's text. */
async function program(folder: string, name: string, ...parameters: string[]): Promise<string> {
  try {
    const { stdout } = await execute(name, parameters, { cwd: folder, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as ExecFileException;
    throw new Error(`${name} ${parameters.join(' ')}\n${stdout}\n${stderr}`);
  }
}

function registryAnswers(): boolean {
  try {
    execFileSync('npm', ['view', 'zod', 'version'], { stdio: 'ignore', timeout: MINUTES / 2 });
    return true;
  } catch {
    return false;
  }
}

const tarballs = packAll();

describe('tarballs', () => {
  const contents = new Map(
    names.map((name) => [
      name,
      execFileSync('tar', ['-tzf', tarballs.get(name)!], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((path) => path.replace(/^package\//, '')),
    ]),
  );

  test.each(names)(
    '%s brings its build, its sources, README and licence, and nothing else',
    (name) => {
      const files = contents.get(name)!;
      for (const file of ['LICENSE', 'README.md', 'package.json']) expect(files).toContain(file);
      expect(files.some((file) => /^dist\/.*\.js$/.test(file))).toBe(true);
      const { files: declared } = JSON.parse(
        execFileSync('tar', ['-xzOf', tarballs.get(name)!, 'package/package.json'], {
          encoding: 'utf8',
        }),
      ) as { files: string[] };
      const others = files.filter(
        (file) =>
          !['LICENSE', 'README.md', 'package.json'].includes(file) &&
          !declared.some((entry) => file === entry || file.startsWith(`${entry}/`)),
      );
      expect(others).toEqual([]);
      expect(
        files.filter((file) => /(^|\/)(tests?|bench|runs|node_modules)\/|\.test\./.test(file)),
      ).toEqual([]);
    },
  );

  test.each(names)('%s asks for versions that a registry can give', (name) => {
    const text = execFileSync('tar', ['-xzOf', tarballs.get(name)!, 'package/package.json'], {
      encoding: 'utf8',
    });
    expect(text).not.toMatch(/"(workspace|catalog|file|link):/);
  });

  test.each(names)('publint finds nothing in %s', async (name) => {
    const bytes = new Uint8Array(readFileSync(tarballs.get(name)!));
    const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([]);
  });

  // Packages are ES modules alone: what CommonJS and node10 would find does not count.
  test.each(
    packages
      .filter(({ manifest }) =>
        Object.keys(manifest.exports).some((entry) => entry !== './package.json'),
      )
      .map(({ manifest }) => manifest.name),
  )('the types of %s resolve', async (name) => {
    const tarball = new Uint8Array(readFileSync(tarballs.get(name)!));
    const result = await checkPackage(createPackageFromTarballData(tarball));
    if (result.types === false) throw new Error(`${name} has no types`);
    const counts = (kind: string) => kind === 'node16-esm' || kind === 'bundler';
    expect(
      result.problems.filter(
        (problem) => !('resolutionKind' in problem) || counts(problem.resolutionKind),
      ),
    ).toEqual([]);
    for (const { subpath, resolutions } of Object.values(result.entrypoints)) {
      expect(resolutions['node16-esm'].resolution, subpath).toBeDefined();
    }
  });
});

const INSTALL = ['npm', 'install', '--no-audit', '--no-fund'] as const;
const NPX = ['npx', '--no-install'] as const;

describe.skipIf(!registryAnswers())('installed by npm (needs the registry)', () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'raremask-packed-')));
  const project = join(outside, 'project');
  const thirdParty = join(root, 'examples', 'third-party-loss');

  beforeAll(async () => {
    mkdirSync(project);
    const packed = await program(
      thirdParty,
      'npm',
      'pack',
      '--json',
      '--pack-destination',
      outside,
    );
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    writeFileSync(join(project, 'package.json'), '{ "name": "somebody", "private": true }');
    const tfjs = '@tensorflow/tfjs@4.22.0';
    await program(project, ...INSTALL, tfjs, ...tarballs.values(), join(outside, filename));
    const small = ['--cases', '6', '--slices', '4', '--size', '32'];
    await program(project, ...NPX, 'raremask-phantom', '--out', 'data', '--seed', '7', ...small);
  }, 5 * MINUTES);

  afterAll(() => rmSync(outside, { recursive: true, force: true }));

  /** One epoch of a tiny network on Dice and further losses; gives the rows of metrics.csv. */
  async function trained(name: string, ...losses: readonly string[]): Promise<string[]> {
    writeFileSync(
      join(project, `${name}.yaml`),
      `name: ${name}
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt, test: test.txt }
model: { use: "@raremask/unet", with: { filters: 2, depth: 2 } }
loss:
  - { use: "@raremask/loss-dice", with: { pool: batch } }
${losses.map((loss) => `  - ${loss}\n`).join('')}train: { epochs: 1, batch: 4 }
`,
    );
    const output = await program(project, ...NPX, 'raremask', 'train', `${name}.yaml`);
    const run = join(project, 'runs', name);
    expect(output).toContain('report.html');
    expect(existsSync(join(run, 'report.html'))).toBe(true);
    return readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n');
  }

  test("README.md's loss, a file outside of the project, and somebody else's package train, and are listed", async () => {
    const text = codeOfReadme('ts', '// my-loss.ts');
    // Its heading says so.
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(27);
    mkdirSync(join(outside, 'elsewhere'));
    writeFileSync(join(outside, 'elsewhere', 'my-loss.ts'), text);
    const rows = await trained(
      'both',
      '{ use: ../elsewhere/my-loss.ts, with: { gamma: 2 } }',
      '{ use: raremask-loss-alarm, with: { power: 3 } }',
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(',loss_focal,');
    expect(rows[0]).toContain(',loss_alarm,');
    expect(rows[1]).not.toContain('NaN');
    const plugins = await program(project, ...NPX, 'raremask', 'plugins', 'list', '--json');
    expect(JSON.parse(plugins)).toContainEqual(
      expect.objectContaining({ specifier: 'raremask-loss-alarm', kind: 'loss', version: '0.1.0' }),
    );
  });

  const linked = further('a package linked from its folder', ['linked']);
  test.each(linked)('a package trains that npm has %s from its folder', async (name) => {
    const clone = join(outside, 'clone');
    mkdirSync(clone);
    for (const file of ['package.json', 'index.js', 'README.md']) {
      copyFileSync(join(thirdParty, file), join(clone, file));
    }
    await program(project, ...INSTALL, clone);
    const link = lstatSync(join(project, 'node_modules', 'raremask-loss-alarm'));
    expect(link.isSymbolicLink()).toBe(true);
    const rows = await trained(name, '{ use: raremask-loss-alarm }');
    expect(rows[0]).toContain(',loss_alarm,');
  });
});
