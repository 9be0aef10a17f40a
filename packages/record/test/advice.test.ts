import { describe, expect, test } from 'vitest';
import { adviceFor } from '../src/advice/advice.ts';
import { manifestView } from '../src/advice/manifestView.ts';

const text = (problem: Parameters<typeof adviceFor>[0], manifest: object) =>
  adviceFor(problem, manifestView(manifest)).join('\n');

const DICE = '@raremask/loss-dice';
const GOOD = {
  model: { use: '@raremask/unet', with: {} },
  loss: [{ use: DICE, with: { pool: 'batch' } }, { use: '@raremask/loss-ce' }],
  sampler: { use: '@raremask/sampler', with: { foreground: 0.5, hardNegatives: {} } },
  train: { clip: 1, schedule: { warmup: 1 }, optimizer: { use: 'adam', learningRate: 0.001 } },
  evaluate: { minimumSize: 'auto' },
};

describe('advice', () => {
  test('asks for more foreground where that is more than the images have as they come', () => {
    const natural = { ...GOOD, sampler: { use: '@raremask/sampler', with: {} } };
    const of = (foregroundShare: number) =>
      adviceFor('background', manifestView(natural), { foregroundShare }).join('\n');
    expect(of(0.1)).toMatch(/`sampler\.with\.foreground: 0\.5`.*\n.*`sampler\.with\.atLeast: 1`/);
    expect(of(2 / 3)).toMatch(/^The manifest has what is known to help already/);
  });

  test('on a split without foreground is about how it came about', () => {
    const of = (split: object) => text('untested', { ...GOOD, data: { split } });
    expect(of({ train: 'a.txt', validation: 'b.txt' })).toMatch(/^Put .*`data\.split`/);
    expect(of({ validation: 0.2, stratify: false })).toContain('`data.split.stratify: true`');
    expect(of({ validation: 0.2, stratify: true })).toMatch(/^Get more images with foreground/);
  });

  test('of a network that has hardly begun is to go on, and what is far from the usual', () => {
    const { train, ...rest } = GOOD;
    const of = (more: object) =>
      adviceFor('background', manifestView({ ...rest, train: { ...train, ...more } }), {
        steps: 9,
      });
    expect(of({ epochs: 3 })).toEqual([
      'Train longer: `train.epochs: 500` (3 now). About 9 steps are too few for any network, and say nothing of the other settings.',
    ]);
    expect(of({ budget: '45s' })[0]).toContain('a larger `train.budget` ("45s" now)');
    expect(of({ optimizer: { use: 'adam', learningRate: 10 } })[1]).toContain('learningRate');
  });

  test('is never what the manifest has already', () => {
    for (const problem of [
      'background',
      'alarms',
      'empty-silent',
      'bare-batches',
      'weak',
    ] as const) {
      expect(text(problem, GOOD), problem).toMatch(
        /^The manifest has what is known to help already/,
      );
    }
  });

  test('names the setting with its value now, and as it should be', () => {
    const loss = [{ use: DICE, with: { empty: 'ignore' } }];
    expect(text('alarms', { ...GOOD, loss })).toContain(
      '`loss[0].with.empty: cross-entropy` ("ignore" now)',
    );
    const model = { use: '@raremask/unet', with: { lastBias: 30 } };
    expect(text('saturated', { ...GOOD, model })).toContain(
      '`model.with.lastBias: foreground-share` (30 now)',
    );
    const train = { optimizer: { learningRate: 10 } };
    expect(text('rate-too-high', { ...GOOD, train })).toContain(
      '`train.optimizer.learningRate: 0.001` (10 now)',
    );
    const slow = { optimizer: { learningRate: 1e-9 } };
    expect(text('loss-constant', { ...GOOD, train: slow })).toMatch(/^Raise/);
    const weighted = [{ use: DICE }, { use: '@raremask/loss-ce', weight: 3000 }];
    expect(text('term-outweighs', { ...GOOD, loss: weighted })).toContain(
      '`loss[1].weight: 1` (3000 now)',
    );
  });

  test.each([
    [
      'background',
      { train: { optimizer: { use: 'adamw', learningRate: 3e-3, with: { weightDecay: 30 } } } },
      'train.optimizer.with.weightDecay: 0.01` (30 now)',
    ],
    [
      'loss-constant',
      { train: { optimizer: { use: 'sgd', with: { momentum: 0.999 } } } },
      'train.optimizer.with.momentum: 0.9` (0.999 now)',
    ],
    [
      'loss-constant',
      { model: { use: '@raremask/unet', freeze: ['encoder'] } },
      '`model.freeze` (["encoder"] now)',
    ],
    [
      'background',
      { model: { use: '@raremask/unet', with: { dropout: 0.99 } } },
      'model.with.dropout: 0.2` (0.99 now)',
    ],
    [
      'saturated',
      { model: { use: '@raremask/unet', with: { norm: 'none' } } },
      'model.with.norm: batch` ("none" now)',
    ],
    ['saturated', { data: { normalize: 'none' } }, 'data.normalize: set` ("none" now)'],
    [
      'loss-constant',
      { loss: [{ use: DICE, with: { clip: 0.1 } }] },
      '`loss[0].with.clip` (0.1 now)',
    ],
    [
      'alarms',
      { loss: [{ use: '@raremask/loss-ce/focal', with: { gamma: 30 } }] },
      'loss[0].with.gamma: 2` (30 now)',
    ],
    [
      'background',
      { loss: [{ use: '@raremask/loss-ce', with: { labelSmoothing: 0.9 } }] },
      'loss[0].with.labelSmoothing: 0` (0.9 now)',
    ],
    [
      'background',
      { loss: [{ use: `${DICE}/tversky`, with: { alarms: 50, misses: 1 } }] },
      'loss[0].with.alarms: 0.3` (50 now)',
    ],
    [
      'alarms',
      { loss: [{ use: `${DICE}/tversky`, with: { alarms: 0.001, misses: 1 } }] },
      'loss[0].with.misses: 0.7` (1 now)',
    ],
    [
      'empty-silent',
      { loss: [{ use: '@raremask/loss-ce', with: { classWeights: { background: 0.0005 } } }] },
      '`loss[0].with.classWeights` ({"background":0.0005} now)',
    ],
    [
      'alarms',
      { loss: [{ use: DICE, with: { multiplicity: { nodule: 500 } } }] },
      '`loss[0].with.multiplicity`',
    ],
    ['background', { data: { pixelWeights: { background: 100 } } }, '`data.pixelWeights`'],
    [
      'loss-constant',
      { train: { optimizer: { use: 'sgd' } }, loss: [{ use: DICE, weight: 1e-6 }] },
      'loss[0].weight: 1` (0.000001 now)',
    ],
    [
      'weak',
      { train: { epochs: 6, schedule: { warmup: 5 } } },
      'train.schedule.warmup: 1` (5 now)',
    ],
  ] as const)(
    'against %s, a setting far from the usual comes first: %j',
    (problem, extreme, advice) => {
      const [first] = adviceFor(problem, manifestView({ ...GOOD, ...extreme }));
      expect(first).toContain(advice);
      // Of the usual values nothing is said.
      expect(text(problem, GOOD)).not.toContain(advice.split(/[:`] /)[0]!);
    },
  );

  test('names each setting once', () => {
    const loss = [{ use: '@raremask/loss-ce', with: { classWeights: { nodule: 3000 } } }];
    expect(text('alarms', { ...GOOD, loss }).split('loss[0].with.classWeights')).toHaveLength(2);
    const model = { use: '@raremask/unet', freeze: ['encoder'], weights: 'encoder.safetensors' };
    expect(text('weak', { ...GOOD, model })).not.toContain('model.freeze');
  });

  test('asks for more epochs of a run that was short, where epochs decide', () => {
    const train = { ...GOOD.train, epochs: 3 };
    expect(text('weak', { ...GOOD, train })).toBe('Train longer: `train.epochs: 40` (3 now).');
    expect(text('weak', { ...GOOD, train: { ...train, budget: '10m' } })).not.toContain('epochs');
  });

  test('says nothing of the options of plugins that are not ours', () => {
    const others = {
      model: { use: './net.ts' },
      loss: [{ use: './loss.ts' }],
      sampler: { use: './own.ts' },
    };
    expect(text('background', others)).not.toMatch(/lastBias|sampler\.with/);
    expect(adviceFor('bare-batches', manifestView(others))).toHaveLength(1);
    expect(adviceFor('background', undefined)).toHaveLength(1);
  });

  test('is about foreground in the place of what would contradict it', () => {
    const sampler = { use: '@raremask/sampler', with: { emptyImages: 0.2 } };
    expect(text('background', { ...GOOD, sampler })).toContain(
      'in the place of `sampler.with.emptyImages`',
    );
  });
});
