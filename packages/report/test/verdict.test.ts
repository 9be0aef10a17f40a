import { scoreImage, summarize } from '@raremask/metrics';
import { type Evaluation, manifestView, parseHistory } from '@raremask/record';
import { expect, test } from 'vitest';
import { verdict } from '../src/page/verdict.ts';

/** Images of 8 pixels, the truth before the prediction. */
function scored(...images: readonly (readonly [string, string])[]): Evaluation {
  const scores = images.map(([truth, predicted], index) =>
    scoreImage(`image${index}`, {
      truth: Uint8Array.from(truth, Number),
      predicted: Uint8Array.from(predicted, Number),
      size: [1, 8],
      classes: 2,
      overlapping: false,
    }),
  );
  const { foreground, classes } = summarize(scores);
  return {
    split: 'validation',
    checkpoint: 'best',
    epoch: 1,
    summary: { foreground, classes: [{ name: 'nodule', summary: classes[0]! }] },
    images: [],
  };
}

const found = ['00111100', '00111100'] as const;
const overlooked = ['00111100', '00000000'] as const;
const quiet = ['00000000', '00000000'] as const;
const alarm = ['00000000', '01100000'] as const;
const halfFound = ['01111110', '00000011'] as const;

/** What a manifest of two lines comes to. */
const MANIFEST = manifestView({
  model: { use: '@raremask/unet', with: { lastBias: 'zero' } },
  loss: [{ use: '@raremask/loss-dice', with: { pool: 'image', empty: 'ignore' } }],
  sampler: { use: '@raremask/sampler', with: { foreground: 'natural' } },
});

/** Rows of Dice and share of alarms. */
function course(...rows: readonly (readonly [number, number])[]) {
  const lines = rows.map(([dice, alarms], index) => {
    const balanced = Math.sqrt(dice * (1 - alarms));
    return `${index + 1},${dice},${dice > 0 ? 0 : 1},${alarms},${balanced}`;
  });
  return parseHistory(
    ['epoch,val_dice_foreground,val_missed,val_alarm_share,val_balanced', ...lines].join('\n'),
  );
}

test('a network that finds and is quiet is learning, and nothing has to change', () => {
  expect(verdict({ history: [], evaluation: scored(found, quiet, quiet) })).toEqual({
    state: 'learning',
    headline: 'Finds structures',
    text: 'Dice on images with foreground is 1.000. It raises an alarm on 0 % of the images without (2 images).',
    advice: [],
  });
});

test('predicting nothing is named, with the score that would hide it', () => {
  const said = verdict({
    history: [],
    evaluation: scored(overlooked, quiet, quiet, quiet),
    manifest: MANIFEST,
  });
  expect(said.state).toBe('background');
  // Three quiet empty images of four count as 1 each.
  expect(said.text).toContain('would still print about 0.750');
  expect(said.advice.join(' ')).toContain('lastBias: foreground-share');
});

test('where a lower threshold finds what is there, it is said first', () => {
  const point = (threshold: number, dice: number, alarms: number) => {
    const errors = { dice, alarms, missed: 0, structuresMissed: 0, falseStructures: 0 };
    return { threshold, classes: {}, missCosts: null, chosen: threshold === 0.5, errors };
  };
  const adviceOf = (lower: readonly [number, number], threshold?: number) => {
    const curve = [point(0.5, 0, 0), point(0.1, ...lower)].map((one) => ({
      ...one,
      crossFitted: null,
    }));
    const decision = { epoch: 1, seen: {}, classes: {}, per: 'image' as const, curve };
    return verdict({
      history: [],
      evaluation: scored(overlooked, quiet),
      manifest: MANIFEST,
      decision: threshold === undefined ? decision : { ...decision, threshold },
    }).advice[0];
  };
  expect(adviceOf([0.64, 0.25])).toMatch(
    /`raremask evaluate RUN --set evaluate\.threshold=auto`: pixels from a probability of 0\.1 on would have a Dice of 0\.640 and alarms on 25 %/,
  );
  expect(adviceOf([0.1, 0.25])).toContain('lastBias');
  expect(adviceOf([0.64, 0.25], 0.5)).toContain('lastBias');
});

test('alarms on most empty images are named even where Dice is perfect', () => {
  const said = verdict({ history: [], evaluation: scored(found, found, alarm, alarm, quiet) });
  expect(said.state).toBe('alarms');
  expect(said.text).toContain('2 of 3 (67 %) images that hold nothing');
  expect(said.text).toContain('Dice is 1.000');
});

test('some alarms are mentioned without being called a flood', () => {
  const said = verdict({
    history: [],
    evaluation: scored(found, alarm, quiet, quiet),
    manifest: MANIFEST,
  });
  expect(said.state).toBe('learning');
  expect(said.headline).toBe('Finds structures, with false alarms');
  expect(said.advice.join(' ')).toContain('pool: batch');
});

test('images on which nothing is found are counted even where the mean is good', () => {
  expect(
    verdict({ history: [], evaluation: scored(found, found, overlooked, quiet) }).text,
  ).toContain(
    'Dice on images with foreground is 0.667. Nothing is found on 1 of 3 (33 %) of them.',
  );
});

test('a low Dice with something predicted is weak', () => {
  expect(verdict({ history: [], evaluation: scored(halfFound, quiet) }).state).toBe('weak'); // 2*1 / (2*1 + 5 + 1) = 0.25
});

test('a split without empty images says that alarms are unknown', () => {
  expect(verdict({ history: [], evaluation: scored(found) }).text).toContain(
    'nothing is known about false alarms',
  );
});

test('a split without foreground says that finding is unknown', () => {
  const said = verdict({ history: [], evaluation: scored(quiet, quiet) });
  expect(said.state).toBe('weak');
  expect(said.text).toContain('nothing is known about what the network finds');
});

test('a run that found structures and lost them is called collapsed', () => {
  const said = verdict({
    history: course([0.5, 0.1], [0.6, 0.1], [0, 0], [0, 0]),
    evaluation: scored(found, quiet),
    manifest: MANIFEST,
  });
  expect(said.state).toBe('lost');
  expect(said.text).toContain('0.600 in epoch 2 and 0.000 in epoch 4');
  expect(said.text).toContain('those of the best epoch');
  const last = verdict({
    history: course([0.5, 0.1], [0.6, 0.1], [0, 0], [0, 0]),
    evaluation: { ...scored(overlooked, quiet), checkpoint: 'last' },
    manifest: MANIFEST,
  });
  expect(last.state).toBe('lost');
  expect(last.text).not.toContain('those of the best epoch');
  expect(last.advice[0]).toContain('Take the weights of epoch 2');
  // Another score had chosen them.
  const recorded = verdict({
    history: course([0.5, 0.1], [0.6, 0.1], [0, 0], [0, 0]),
    evaluation: { ...scored(overlooked, quiet), checkpoint: 'last' },
    bestEpoch: 1,
  });
  expect(recorded.advice[0]).toContain('Take the weights of epoch 1');
});

test('without an evaluation the best validated epoch speaks', () => {
  const said = verdict({ history: course([0.1, 1], [0.5, 0.9], [0.55, 0.95]), manifest: MANIFEST });
  expect(said.state).toBe('alarms');
  expect(said.text).toContain('90 %');
});

test('a score that still rises asks for more epochs', () => {
  const rising = course([0.3, 0], [0.4, 0], [0.5, 0], [0.7, 0]);
  expect(verdict({ history: rising, evaluation: scored(found, quiet) }).advice[0]).toContain(
    'train.epochs',
  );
  const flat = course([0.7, 0], [0.69, 0], [0.7, 0], [0.7, 0]);
  expect(verdict({ history: flat, evaluation: scored(found, quiet) }).advice).toEqual([]);
  const manifest = manifestView({ train: { budget: '5m' } });
  const timed = verdict({ history: rising, evaluation: scored(found, quiet), manifest });
  expect(timed.advice[0]).toContain('`train.budget`');
});

test('one late epoch that was better by chance is no rise', () => {
  const epochs = Array.from({ length: 32 }, (_, index) => [index === 27 ? 0.8 : 0.7, 0] as const);
  const { advice } = verdict({ history: course(...epochs), evaluation: scored(found, quiet) });
  expect(advice).toEqual([]);
  const rising = epochs.map(([dice], index) => [index > 27 ? dice + 0.05 : dice, 0] as const);
  const more = verdict({ history: course(...rising), evaluation: scored(found, quiet) }).advice;
  expect(more[0]).toContain('still rising');
});

test('without any score nothing is claimed', () => {
  expect(verdict({ history: [] }).state).toBe('unscored');
  expect(verdict({ history: parseHistory('epoch,loss\n1,NaN\n') }).state).toBe('unscored');
});

test('nothing is advised that the manifest has already, and what the sentinel said comes first', () => {
  const manifest = manifestView({
    model: { use: '@raremask/unet', with: {} },
    loss: [
      { use: '@raremask/loss-dice', with: { pool: 'batch' } },
      { use: '@raremask/loss-ce', with: {} },
    ],
    sampler: { use: '@raremask/sampler', with: { foreground: 0.5, window: [64, 64] } },
  });
  const evaluation = scored(overlooked, quiet);
  const { advice } = verdict({ history: [], evaluation, manifest });
  expect(advice).toEqual([expect.stringContaining('sampler.with.centred: 0.75')]);
  const told = { epoch: 3, since: 1, problem: 'background', text: 'x', advice: ['Do `this`.'] };
  const said = verdict({ history: [], evaluation, manifest, findings: [told] });
  expect(said.advice[0]).toBe('Do `this`.');
});
