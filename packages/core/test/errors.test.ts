import { describe, expect, test } from 'vitest';
import * as host from '../src/host/errors.ts';
import { isRaremaskError, RaremaskError } from '../src/index.ts';
import * as loss from '../src/loss/errors.ts';
import * as manifest from '../src/manifest/errors.ts';
import { ManifestErrors } from '../src/manifest/index.ts';

const errors = { ...host, ...loss, ...manifest };

const cause = new TypeError('no table.');
const all: readonly RaremaskError[] = [
  errors.pluginNotFound('a.yaml:3:5', 'my-los', 'my-los', '/project', 'my-loss'),
  errors.pluginPackageFile(
    'a.yaml:3:5',
    'a',
    '/project/node_modules/a/package.json',
    'it is no map of fields',
  ),
  errors.pluginEntryMissing('a.yaml:3:5', 'a/b', '/project/a', ['a', 'a/c'], 'a/c'),
  errors.pluginFileMissing('a.yaml:3:5', './los.ts', '/project/los.ts', './loss.ts'),
  errors.pluginFileType('a.yaml:3:5', './loss.py', ['.ts', '.js']),
  errors.pluginLoad('a.yaml:3:5', './loss.ts', cause, '/project/loss.ts:2:1'),
  errors.pluginCopies('a.yaml:3:5', 'my-loss', '@tensorflow/tfjs', '/a/tfjs', '/b/tfjs'),
  errors.pluginChangesShared('loss[0] (mine)', 'in create', [
    'Math.max',
    'the gradient Conv2D of tfjs',
  ]),
  errors.pluginFormat('a.yaml:3:5', 'my-loss', 'require is not defined', undefined),
  errors.pluginPeer('a.yaml:3:5', 'my-loss', '^2.0.0', '1.0.0'),
  errors.pluginNoDefault('a.yaml:3:5', 'my-loss', ['dice']),
  errors.notPlugin('a.yaml:3:5', 'my-loss', 'the function dice'),
  errors.pluginApi('a.yaml:3:5', 'my-loss', '2', 1),
  errors.pluginMalformed('a.yaml:3:5', 'my-loss', 'create', 'a function', 'nothing'),
  errors.pluginSchema('a.yaml:3:5', 'my-loss', cause),
  errors.pluginKind('a.yaml:3:5', 'my-loss', { is: 'loss', key: 'loss', wanted: 'model' }),
  errors.missingServices('loss[0] (dice)', ['wish'], ['facts', 'rng']),
  errors.serviceProvidedTwice('facts'),
  errors.servicePluginsClash('clock', ['a.yaml:3:5', 'a.yaml:4:5']),
  errors.serviceCircle('a.yaml:3:5', ['clock', 'zone', 'clock']),
  errors.serviceInUse('facts'),
  errors.serviceFailed('loss[0] (dice)', 'facts', cause),
  errors.pluginFailed('loss[0] (dice)', cause, '/project/loss.ts:2:1'),
  errors.slowDisposal('data (mine), dispose', 60),
  errors.pluginProduct('loss[0] (dice)', 'a function', 'nothing'),
  errors.cannotOpenImages('data (images)'),
  errors.imagesDiffer(
    'data (images)',
    'new',
    '2-D images of 1 channel',
    '2-D images of 3 channels',
  ),
  errors.scopeClosed(),
  errors.randomRange(2, 1),
  errors.randomState([1]),
  errors.manifestMissing('a.yaml', '/project/a.yaml'),
  errors.manifestEmpty('a.yaml:1:1'),
  errors.manifestNotMap('a.yaml:1:1', '["data"]'),
  errors.manifestSyntax('a.yaml:2:1', 'a tab indents the line', 'indent with spaces'),
  errors.unusableValue('a.yaml:2:1', 'NaN'),
  errors.duplicateKey('a.yaml:2:1', 'epochs'),
  errors.laterFormat('a.yaml:1:1', 2, 1),
  errors.manifestTooLarge('a.yaml:1:1', 20_000),
  errors.unknownSetting('a.yaml:2:1', 'train.epoch', ['epochs', 'batch'], 'write train.epochs'),
  errors.missingSetting('a.yaml:2:1', 'data', 'map (The data set)'),
  errors.wrongSetting('a.yaml:2:1', 'backend', 'auto or wasm', '"wasn"', 'wasm'),
  errors.refusedSetting('a.yaml:2:1', 'model.with.low', 'it is above high.', '2'),
  errors.uselessSetting('a.yaml:2:1', 'train.schedule.power', 'only poly has a power'),
  errors.unsetVariable('a.yaml:2:1', 'BASE'),
  errors.malformedReference('a.yaml:2:1', 'x${env:'),
  errors.overrideSyntax('--set x', 'the override has no ='),
  errors.overridePath('--set loss[2].weight=1', 'loss', 'an index from 0 to 1', '2'),
  errors.unknownClass('loss[0] (dice) classWeights', 'nodul', ['nodule', 'vessel'], 'nodule'),
  errors.listLength('loss[0] (dice) classWeights', ['nodule', 'vessel'], 3),
  errors.allWeightsZero('loss[0] (dice) classWeights'),
  new ManifestErrors(['a.yaml'], [errors.serviceInUse('facts'), errors.scopeClosed()]),
];

test('there is an example here of each message', () => {
  // The last example is the list of a manifest's mistakes, which has no function of its own.
  expect(all.length - 1).toBe(Object.keys(errors).length);
});

test('no code is used twice', () => {
  const codes = all.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^RAREMASK_[A-Z_]+$/);
});

test('the texts are these', () => {
  expect(
    Object.fromEntries(all.map(({ code, category, message }) => [code, `${category}: ${message}`])),
  ).toMatchSnapshot();
});

describe('a message', () => {
  test.each(all.slice(0, -1).map((error) => [error.code, error] as const))(
    '%s has every sentence ended once',
    (_, { message }) => {
      expect(message).toMatch(/^\S.*[^.]\.$/);
      expect(message).not.toMatch(/undefined|\[object|[^.]\.\.( |$)/);
    },
  );
});

describe('RaremaskError', () => {
  test('puts where, what, expected, got and the remedy into one line', () => {
    const error = new RaremaskError({
      code: 'RAREMASK_EXAMPLE',
      category: 'data',
      where: 'a.png',
      what: 'the mask is too small',
      expected: '4 x 4 pixels',
      got: '2 x 2 pixels',
      remedy: 'draw it again',
    });
    expect(error.message).toBe(
      'a.png: the mask is too small. Expected: 4 x 4 pixels. Got: 2 x 2 pixels. Do this: draw it again.',
    );
  });

  test('is recognised when it comes from another copy of core', () => {
    class Foreign extends Error {
      override readonly name = 'RaremaskError';
      readonly code = 'RAREMASK_EXAMPLE';
    }
    expect(isRaremaskError(new Foreign())).toBe(true);
    expect(isRaremaskError(new Error('x'))).toBe(false);
    expect(isRaremaskError({ name: 'RaremaskError', code: 'x' })).toBe(false);
  });
});
