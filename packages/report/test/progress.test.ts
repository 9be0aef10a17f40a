import { Writable } from 'node:stream';
import type { RecordedEvent } from '@raremask/record';
import { describe, expect, test } from 'vitest';
import { createProgress } from '../src/terminal/progress.ts';

/** A stream that keeps what is written, with a terminal's properties. */
class Paper extends Writable {
  text = '';
  isTTY = true;
  columns = 100;
  rows = 24;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

function progressOn(paper: Paper, options: { terminal: boolean; color?: boolean; width?: number }) {
  return createProgress(paper as unknown as NodeJS.WriteStream, { color: false, ...options });
}

const start: RecordedEvent = {
  type: 'start',
  name: 'nodules',
  folder: 'runs/nodules',
  backend: { name: 'wasm', reason: 'wasm: no native TensorFlow is installed', notes: ['a note'] },
  epochs: 3,
  batchesPerEpoch: 4,
  batch: 8,
  counts: { train: 32, trainEmpty: 24, validation: 10, validationEmpty: 8 },
  parameters: 12345,
  classes: ['background', 'nodule'],
  startEpoch: 1,
};

function step(epoch: number, at: number): RecordedEvent {
  return {
    type: 'step',
    epoch,
    step: at,
    steps: 4,
    loss: 0.5,
    terms: { dice: 0.4, 'cross-entropy': 0.1 },
    imagesPerSecond: 31.5,
    secondsLeft: 75,
  };
}

function epoch(number: number, best: boolean): RecordedEvent {
  return {
    type: 'epoch',
    epoch: number,
    epochs: 3,
    learningRate: 1e-3,
    seconds: 4,
    imagesPerSecond: 31.5,
    loss: 0.25,
    terms: { dice: 0.2, 'cross-entropy': 0.05 },
    gradientNorm: 1,
    validation: {
      diceForeground: 0.6123,
      missed: 0,
      alarmShare: 0.125,
      alarmPixels: 2,
      pooledDice: 0.5,
      balanced: 0.73,
    },
    best,
    secondsLeft: 8,
  };
}

const end: RecordedEvent = {
  type: 'end',
  folder: 'runs/nodules',
  bestEpoch: 2,
  seconds: 12,
  interrupted: false,
};

describe('in a pipe', () => {
  test('an epoch is one plain line with the pair, the loss and its terms', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: false });
    for (const at of [1, 2, 3, 4]) progress.event(step(1, at));
    progress.event(epoch(1, true));
    progress.close();
    expect(paper.lines).toEqual([
      'epoch 1/3   Dice 0.612 | alarms   13 %   best   loss 0.2500   4.0 s',
    ]);
    paper.text = '';
    const wide = progressOn(paper, { terminal: false, width: 140 });
    wide.event(epoch(2, false));
    expect(paper.lines[0]).toContain('4.0 s   dice 0.2000, cross-entropy 0.0500   31.5 images/s');
  });

  test('a start says backend, reason, counts of empty images and size of the task', () => {
    const paper = new Paper();
    progressOn(paper, { terminal: false }).event(start);
    expect(paper.lines).toEqual([
      'nodules  runs/nodules',
      'backend wasm: no native TensorFlow is installed',
      'a note',
      'train 32 images, 24 of them empty; validation 10, 8 empty',
      '12,345 parameters; 3 epochs, the first of 4 batches of 8; classes background, nodule',
    ]);
  });

  test('batches are said of the epoch that a run begins with: others may have another number', () => {
    const said = (more: Partial<typeof start>) => {
      const paper = new Paper();
      progressOn(paper, { terminal: false }).event({ ...start, ...more });
      return paper.lines.at(-1);
    };
    expect(said({ epochs: 1, batchesPerEpoch: 1 })).toContain('; 1 epoch of 1 batch of 8;');
    expect(said({ startEpoch: 2 })).toContain('; 3 epochs, epoch 2 of 4 batches of 8;');
  });

  test('nothing but text is written without colour, and a note cannot drive the terminal', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: false });
    for (const event of [start, epoch(1, true), end]) progress.event(event);
    progress.event({ type: 'note', level: 'warn', text: 'bad \u001b[2J name\u0007' });
    expect(paper.text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(paper.lines.at(-1)).toBe('warning: bad  [2J name');
  });

  test('an epoch without validation says so, and an absent score is a dash', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: false });
    const scored = epoch(1, false) as Extract<RecordedEvent, { type: 'epoch' }>;
    const { validation, ...unscored } = scored;
    progress.event(unscored);
    progress.event({ ...scored, validation: { ...validation!, alarmShare: null } });
    expect(paper.lines[0]).toContain('not validated');
    expect(paper.lines[1]).toContain('Dice 0.612 | alarms      –');
  });

  test('an interrupted run says so', () => {
    const paper = new Paper();
    progressOn(paper, { terminal: false }).event({ ...end, interrupted: true });
    expect(paper.lines).toEqual(['interrupted after 12 s, best epoch 2: runs/nodules']);
  });
});

describe('in a terminal', () => {
  test('the live part has the step bar, loss by term, speed, time left and the last pair', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: true });
    progress.event(start);
    progress.event(epoch(1, true));
    paper.text = '';
    progress.event(step(2, 4));
    for (const part of [
      'epoch 2/3  step',
      '4 of 4',
      '━',
      'loss 0.5000   dice 0.4000, cross-entropy 0.1000',
      '31.5 images/s',
      '1 min 15 s left',
      'validation, epoch 1   Dice 0.612 | alarms   13 %   best epoch 1',
    ]) {
      expect(paper.text).toContain(part);
    }
    progress.close();
  });

  test('reading and scoring show a bar, and leave nothing behind', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: true });
    progress.event({ type: 'survey', done: 1, total: 20 });
    expect(paper.text).toContain('reading images');
    paper.text = '';
    progress.event({ type: 'survey', done: 20, total: 20 });
    expect(paper.text).not.toContain('reading images');
    progress.close();
  });

  test('closing takes the live part away, and nothing is written after it', () => {
    const paper = new Paper();
    const progress = progressOn(paper, { terminal: true });
    progress.event(start);
    progress.event(step(1, 1));
    paper.text = '';
    progress.close();
    const eraseLine = '\u001b[2K';
    expect(paper.text.split(eraseLine).length - 1).toBeGreaterThanOrEqual(2); // bar and loss
    paper.text = '';
    progress.close();
    progress.event(step(1, 2));
    expect(paper.text).toBe('');
  });

  test('colour is used only when it is asked for', () => {
    const paper = new Paper();
    progressOn(paper, { terminal: false, color: true }).event(epoch(1, true));
    expect(paper.text).toContain('\u001b[36m0.612\u001b[39m');
  });
});
