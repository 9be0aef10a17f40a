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
