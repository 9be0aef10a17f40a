import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import {
  installedPlugins,
  loadAnyPlugin,
  loadPlugin,
  loadPluginFromUrl,
  pluginInfo,
} from '../src/host/index.ts';
import { temporaryProject, usualProject } from './project.ts';

// Loading tfjs takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const LOSS = "export default core.defineLoss({ name: 'mine', api: 1, create: () => () => {} });";

/** A project with core and zod, and nothing else. */
function project() {
  const made = temporaryProject();
  made.link('@raremask/core', '@tensorflow/tfjs', 'zod');
  return made;
}

describe('a package', () => {
  test('is found from the folder, with its name and version', async () => {
    const { folder, install } = project();
    install('my-loss', LOSS);
    const loaded = await loadPlugin('my-loss', join(folder, 'deep/er'), 'loss');
    expect(loaded.plugin.name).toBe('mine');
    expect(loaded.package).toEqual({ name: 'my-loss', version: '1.2.3' });
    expect(loaded.url).toBe(pathToFileURL(join(folder, 'node_modules/my-loss/index.js')).href);
    expect((await loadPluginFromUrl(loaded.url, 'loss')).name).toBe('mine');
  });

  test.each([
    ['only an import condition', { '.': { import: './index.js' } }],
    ['a bare string', './index.js'],
    ['conditions without entries', { types: './x.d.ts', import: { default: './index.js' } }],
    ['a list of targets', { '.': ['not-relative', './index.js'] }],
    ['require before import', { '.': { require: './none.cjs', import: './index.js' } }],
  ])('is found where its exports have %s', async (_, exports) => {
    const { folder, install } = project();
    install('my-loss', LOSS, { exports });
    expect((await loadPlugin('my-loss', folder, 'loss')).plugin.name).toBe('mine');
  });

  test('is found without exports, by main', async () => {
    const { folder, install } = project();
    install('my-loss', LOSS, { exports: undefined, main: 'index.js' });
    expect((await loadPlugin('my-loss', folder, 'loss')).plugin.name).toBe('mine');
  });

  test('gives a subpath, also by a pattern, where the longest one wins', async () => {
    const { folder, install, write } = project();
    install('@me/losses', LOSS, {
      exports: {
        './tversky': './index.js',
        './more/*': { import: './none/*.js' },
        './more/pixel/*': { import: './pixel/*.js' },
      },
    });
    write(
      'node_modules/@me/losses/pixel/hinge.js',
      `import * as core from '@raremask/core'; ${LOSS}`,
    );
    expect((await loadPlugin('@me/losses/tversky', folder, 'loss')).plugin.name).toBe('mine');
    const pattern = await loadPlugin('@me/losses/more/pixel/hinge', folder, 'loss');
    expect(pattern.url).toMatch(/pixel\/hinge\.js$/);
  });

  test('is found in itself by its own name', async () => {
    const { folder, write } = project();
    write(
      'package.json',
      JSON.stringify({
        name: '@me/loss',
        type: 'module',
        exports: { '.': { import: './index.js' } },
      }),
    );
    write('index.js', `import * as core from '@raremask/core'; ${LOSS}`);
    expect((await loadPlugin('@me/loss', join(folder, 'test'), 'loss')).plugin.name).toBe('mine');
  });

  test('that is not installed is answered with the nearest one and with what to install', async () => {
    const { folder } = usualProject();
    await expect(loadPlugin('@raremask/loss-dise', folder, 'loss', 'a.yaml:8:5')).rejects.toThrow(
      `a.yaml:8:5: the plugin "@raremask/loss-dise" is not installed. Expected: an npm package, a subpath of one, or a file that begins with ./. Got: no package @raremask/loss-dise in reach of ${folder}. Do this: write "@raremask/loss-dice", or npm install @raremask/loss-dise.`,
    );
    await expect(loadPlugin('focal', folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_NOT_FOUND',
      parts: { remedy: 'npm install focal' },
    });
  });

  test("of Node's own is no plugin", async () => {
    await expect(loadPlugin('fs', project().folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_NOT_FOUND',
    });
  });

  test('without the entry is answered with those that it has', async () => {
    const { folder, install } = project();
    install('@me/losses', LOSS, {
      exports: { './tversky': './index.js', './package.json': './package.json' },
    });
    await expect(loadPlugin('@me/losses/tverski', folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_ENTRY',
      parts: { expected: '@me/losses/tversky', remedy: 'write "@me/losses/tversky"' },
    });
  });

  test.each([
    ['{ "name": "my-loss", ', /it is no JSON: /],
    ['[1]', /it is no map of fields/],
    ['{ "name": 1 }', /its name is no text/],
    ['{ "peerDependencies": { "@raremask/core": 1 } }', /the range of @raremask\/core in its peer/],
    ['{ "exports": { ".": "./index.js", "import": "./index.js" } }', /conditions, as import/],
  ])('with a package.json of %s is called broken, not missing', async (text, trouble) => {
    const { folder, install, write } = project();
    install('my-loss', LOSS);
    write('node_modules/my-loss/package.json', text);
    await expect(loadPlugin('my-loss', folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_PACKAGE_FILE',
      parts: { got: expect.stringMatching(trouble) },
    });
  });

  test('that was never built is told apart', async () => {
    const { folder, install } = project();
    install('my-loss', LOSS, { exports: { '.': './dist/index.js' } });
    await expect(loadPlugin('my-loss', folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_ENTRY',
      parts: { remedy: 'install the package again, or build it if it is your own' },
    });
  });

  test('that brings another tfjs is refused', async () => {
    const { folder, install, write } = project();
    install('my-loss', LOSS, { peerDependencies: { '@tensorflow/tfjs': '^4.22.0' } });
    const inner = 'node_modules/my-loss/node_modules/@tensorflow/tfjs';
    write(`${inner}/package.json`, '{ "name": "@tensorflow/tfjs", "main": "index.js" }');
    write(`${inner}/index.js`, '');
    await expect(loadPlugin('my-loss', folder, 'loss')).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_COPIES',
      category: 'environment',
      parts: { got: join(folder, inner, 'index.js') },
    });
  });
});

describe('a package that says in package.json what its plugins are', () => {
  const about = { kind: 'loss', name: 'mine', api: 1, summary: 'A loss' };
  const THROWS = "throw new Error('run');";
  const declared = (fields: object = {}, body = THROWS) => {
    const made = project();
    made.install('my-loss', body, { raremask: { plugins: { '.': { ...about, ...fields } } } });
    return made;
  };

  test('is listed and described without being run', async () => {
    const { folder } = declared();
    expect(await installedPlugins(folder)).toEqual([
      { specifier: 'my-loss', version: '1.2.3', kind: 'loss', name: 'mine', summary: 'A loss' },
    ]);
    expect(pluginInfo('my-loss', folder)).toMatchObject({ about, package: { name: 'my-loss' } });
    await expect(loadAnyPlugin('my-loss', folder)).rejects.toThrow(/Error: run/);
  });

  test.each([
    ['for other contracts', { api: 2 }, /other contracts.*api: 2/],
    ['of a kind that nobody knows', { kind: 'pruner' }, /a pruner, as its package.json says/],
  ])('is listed as unusable where it is %s', async (_, fields, says) => {
    const [plugin] = await installedPlugins(declared(fields).folder);
    expect(plugin?.error).toMatch(says);
  });

  test('has its peers compared with what is there', () => {
    const made = project();
    made.install('my-loss', '', {
      peerDependencies: { '@raremask/core': '^7.0.0', '@tensorflow/tfjs': '^4.0.0', absent: '1' },
      dependencies: { '@tensorflow/tfjs': '^4.0.0' },
    });
    expect(pluginInfo('my-loss', made.folder).package).toMatchObject({
      peers: [
        { name: '@raremask/core', range: '^7.0.0', fits: false },
        { name: '@tensorflow/tfjs', fits: true },
        { name: 'absent', fits: false },
      ],
      bundles: ['@tensorflow/tfjs'],
    });
  });
});

test('a package that brings another version of core is refused', async () => {
  const { folder, install, write } = project();
  install('my-loss', LOSS, { peerDependencies: { '@raremask/core': '>=1.0.0' } });
  const inner = 'node_modules/my-loss/node_modules/@raremask/core';
  write(
    `${inner}/package.json`,
    '{ "name": "@raremask/core", "version": "1.9.0", "main": "x.js" }',
  );
  write(`${inner}/x.js`, '');
  await expect(loadPlugin('my-loss', folder, 'loss')).rejects.toMatchObject({
    code: 'RAREMASK_PLUGIN_COPIES',
    parts: { got: `1.9.0 in ${join(folder, inner)}` },
  });
});

test.each([
  ['require in an ES module', 'module', "const core = require('@raremask/core');"],
  ['module.exports in an ES module', 'module', 'module.exports = {};'],
])('a package with %s is told what is wrong', async (_, type, body) => {
  const { folder, write } = project();
  write(
    'node_modules/my-loss/package.json',
    JSON.stringify({ name: 'my-loss', type, main: './index.js' }),
  );
  write('node_modules/my-loss/index.js', body);
  await expect(loadPlugin('my-loss', folder, 'loss')).rejects.toMatchObject({
    code: 'RAREMASK_PLUGIN_FORMAT',
    parts: { expected: expect.stringContaining('"type": "module"') },
  });
});

describe('the handshake', () => {
  const refused = async (body: string, fields: object = {}) => {
    const { folder, install } = project();
    install('my-loss', body, fields);
    const error = await loadPlugin('my-loss', folder, 'loss', 'a.yaml:8:5').then(
      () => undefined,
      (reason: Error) => reason,
    );
    return error?.message;
  };

  test('refuses another api number', async () => {
    const body = "export default { kind: 'loss', name: 'mine', api: 2, create() {} };";
    expect(await refused(body)).toBe(
      'a.yaml:8:5: "my-loss" was written for other contracts than those of this raremask. Expected: api: 1. Got: api: 2. Do this: install a version of "my-loss" for api 1, or the raremask that it was written for.',
    );
  });

  test('refuses a module without a default export, and names what it has', async () => {
    expect(await refused('export const dice = 1; export function tversky() {}')).toBe(
      'a.yaml:8:5: the module of "my-loss" has no default export. Expected: export default defineLoss({ ... }), or another plugin. Got: exports named dice, tversky. Do this: put default before one of them.',
    );
  });

  test.each([
    ['export default function dice() {}', 'the function dice'],
    ['export default 3', 'the number 3'],
    ['export default null', 'nothing'],
    ["export default { name: 'dice' }", 'an object with name'],
    ["export default { kind: 'pruner', api: 1 }", 'an object of the kind "pruner"'],
  ])('refuses %s', async (body, got) => {
    expect(await refused(body)).toBe(
      `a.yaml:8:5: the default export of "my-loss" is not a plugin. Expected: what defineLoss, defineModel or another define function of @raremask/core returns. Got: ${got}. Do this: wrap it in the define function of its kind.`,
    );
  });

  test('refuses a plugin of another kind, and says where it belongs', async () => {
    const body = `export default core.defineDataset({ name: 'images', api: 1, create() {} });`;
    expect(await refused(body)).toBe(
      'a.yaml:8:5: "my-loss" is a plugin of the wrong kind. Expected: a loss. Got: a data set. Do this: move it under the key data, and name a loss here.',
    );
  });

  test.each([
    ["{ kind: 'loss', api: 1, create() {} }", 'name'],
    ["{ kind: 'loss', api: 1, name: '__proto__', create() {} }", 'name'],
    ["{ kind: 'loss', api: 1, name: 'two\\nlines', create() {} }", 'name'],
    ["{ kind: 'loss', api: 1, name: 'x'.repeat(101), create() {} }", 'name'],
    ["{ kind: 'loss', api: 1, name: 'x', create: 1 }", 'create'],
    ["{ kind: 'loss', api: 1, name: 'x', create() {}, needs: ['facts'] }", 'needs'],
    ["{ kind: 'loss', api: 1, name: 'x', create() {}, options: { type: 'object' } }", 'options'],
  ])('refuses %s', async (plugin, field) => {
    expect(await refused(`export default ${plugin};`)).toContain(
      `the plugin "my-loss" has no usable ${field}`,
    );
  });

  test('names one whose parts throw when they are looked at', async () => {
    const body = `export default { kind: 'loss', api: 1, name: 'x', get create() { throw new Error('not yet'); } };`;
    expect(await refused(body)).toContain(
      'the module of "my-loss" fails while it loads. Got: Error: not yet, at ',
    );
  });

  test('refuses options that YAML cannot hold', async () => {
    const body = `export default core.defineLoss({
      name: 'mine', api: 1, options: z.object({ since: z.date() }), create() {},
    });`;
    expect(await refused(body)).toContain('cannot be described as a JSON Schema');
  });

  test('passes a plugin that no define function has seen: data alone count', async () => {
    expect(await refused("export default { kind: 'loss', name: 'x', api: 1, create() {} };")).toBe(
      undefined,
    );
  });

  test('passes the double default of compiled CommonJS', async () => {
    const { folder, install, write } = project();
    install('my-loss', '', { type: 'commonjs', exports: { '.': './index.cjs' } });
    write(
      'node_modules/my-loss/index.cjs',
      "exports.__esModule = true; exports.default = { kind: 'loss', name: 'x', api: 1, create() {} };",
    );
    expect((await loadPlugin('my-loss', folder, 'loss')).plugin.name).toBe('x');
  });

  test('refuses a package whose peer range leaves this core out, before it is imported', async () => {
    const fields = { peerDependencies: { '@raremask/core': '^7.0.0' } };
    expect(await refused("throw new Error('imported');", fields)).toMatch(
      /my-loss was made for another version of @raremask\/core\. Expected: \^7\.0\.0\. Got: \d/,
    );
  });

  test.each(['>=1.0.0', '*', 'workspace:^'])('passes the peer range %s', async (range) => {
    expect(await refused(LOSS, { peerDependencies: { '@raremask/core': range } })).toBe(undefined);
  });

  test('tells what a module throws while it loads', async () => {
    expect(await refused("throw new TypeError('no table');")).toMatch(
      /^a.yaml:8:5: the module of "my-loss" fails while it loads\. Got: TypeError: no table, at .*my-loss\/index\.js:3:7\. Do this: mend the module; if it is a package, install it again or tell its author\.$/,
    );
  });
});

describe('installedPlugins', () => {
  test('lists the packages that say they have plugins, and why one does not load', async () => {
    const { folder, install } = usualProject();
    install('@me/losses', LOSS, {
      exports: { '.': './index.js', './tversky': './index.js' },
      raremask: { plugins: ['.', './tversky'] },
    });
    install('broken', "throw new Error('no licence');");
    install('unrelated', '', { raremask: undefined });
    const plugins = await installedPlugins(join(folder, 'below'));
    expect(plugins.map(({ specifier, kind }) => `${kind ?? 'broken'} ${specifier}`)).toEqual([
      'loss @me/losses',
      'loss @me/losses/tversky',
      'augmentation @raremask/augmentations/flip-rotate',
      'augmentation @raremask/augmentations/turn',
      'augmentation @raremask/augmentations/gamma',
      'dataset @raremask/dataset-images',
      'loss @raremask/loss-ce',
      'loss @raremask/loss-dice',
      'optimizer @raremask/optimizers/adam',
      'optimizer @raremask/optimizers/adamw',
      'sampler @raremask/sampler',
      'schedule @raremask/schedules/constant',
      'schedule @raremask/schedules/cosine',
      'schedule @raremask/schedules/poly',
      'model @raremask/unet',
      'broken broken',
    ]);
    expect(plugins[7]).toEqual({
      specifier: '@raremask/loss-dice',
      version: '1.2.3',
      kind: 'loss',
      name: 'dice',
      summary: 'Soft Dice',
    });
    expect(plugins.at(-1)?.error).toContain('no licence');
  });

  test('finds nothing in an empty folder', async () => {
    expect(await installedPlugins(temporaryProject().folder)).toEqual([]);
  });
});
