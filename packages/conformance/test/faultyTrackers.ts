import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTracker, type Tracker, type TrackerPlugin } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

/** A plugin that must be refused. */
export interface FaultyTracker {
  readonly plugin: TrackerPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

/** Writes a line for everything into the run folder. */
function lines(change: (sound: Tracker) => Tracker = (sound) => sound): TrackerPlugin {
  return defineTracker({
    name: 'faulty',
    api: 1,
    create() {
      let file = '';
      const line = (text: string) => appendFile(file, `${text}\n`);
      return change({
        start: ({ folder, name }) => {
          file = join(folder, 'lines.txt');
          return line(name);
        },
        event: (event) => line(JSON.stringify(event)),
        image: ({ id, size }) => line(`${id} ${size.join(' x ')}`),
        weights: { every: 2, take: ({ weights }) => line(`${weights.length}`) },
        end: line,
      });
    },
  });
}

/** The tracker that the faulty ones are made of. */
export const soundTracker = lines();

/** One that hears the end alone. */
export const soundEnd = lines(() => ({ end: () => {} }));

let stray: tf.Tensor | undefined;
export function freeStray(): void {
  stray?.dispose();
  stray = undefined;
}

export const faultyTrackers: Readonly<Record<string, FaultyTracker>> = {
  'listens to nothing': {
    plugin: lines(() => ({})),
    check: 'listens to something, by members that can be called',
    says: /any of start, event, image, end, weights/,
  },
  'has a member that cannot be called': {
    plugin: lines((sound) => ({ ...sound, end: true as unknown as NonNullable<Tracker['end']> })),
    check: 'listens to something, by members that can be called',
    says: /end is unusable.*a function.*true/,
  },
  'wants weights every half epoch': {
    plugin: lines((sound) => ({ ...sound, weights: { every: 0.5, take() {} } })),
    check: 'listens to something, by members that can be called',
    says: /weights\.every is unusable.*0\.5/,
  },
  'formats a score that does not exist': {
    plugin: lines((sound) => ({
      ...sound,
      event: (event) => {
        if (event.type === 'epoch') event.validation?.diceForeground?.toFixed(3).at(0);
        if (event.type === 'epoch' && event.validation) {
          (event.validation.diceForeground as number).toFixed(3);
        }
      },
    })),
    check: 'takes a run with all that can happen in it',
    says: /event epoch.*TypeError/,
  },
  'expects a validation in every epoch': {
    plugin: lines((sound) => ({
      ...sound,
      event: (event) => {
        if (event.type === 'epoch') JSON.stringify(Object.keys(event.validation!));
      },
    })),
    check: 'takes a run with all that can happen in it',
    says: /event epoch.*TypeError/,
  },
  'fails later': {
    plugin: lines((sound) => ({
      ...sound,
      image: async () => {
        await Promise.resolve();
        throw new Error('no space');
      },
    })),
    check: 'takes a run with all that can happen in it',
    says: /image "images\/scan 0", epoch 1.*no space/,
  },
  'expects that runs end well': {
    plugin: lines((sound) => ({
      ...sound,
      end: (outcome) => {
        if (outcome === 'failed') throw new Error('how so');
      },
    })),
    check: 'takes runs that are interrupted, that fail, and that fail in their first epoch',
    says: /end, failed.*how so/,
  },
  'expects an empty folder': {
    plugin: lines((sound) => ({
      ...sound,
      start: async ({ folder }) => {
        await appendFile(join(folder, 'mine.txt'), '', { flag: 'ax' });
      },
      event: () => {},
      image: () => {},
      weights: { every: 1, take() {} },
      end: () => {},
    })),
    check: 'takes a run that goes on in the folder of an earlier one',
    says: /start.*EEXIST/,
  },
  'knows all events': {
    plugin: lines((sound) => ({
      ...sound,
      event: (event) => {
        const known = ['survey', 'start', 'step', 'validate', 'epoch', 'note', 'end'];
        if (!known.includes(event.type)) throw new Error(`what is ${event.type}`);
      },
    })),
    check: 'takes an event of a type that it does not know',
    says: /an event of tomorrow.*what is of-tomorrow/,
  },
  'draws into the picture it is shown': {
    plugin: lines((sound) => ({ ...sound, image: ({ predicted }) => void predicted.fill(1) })),
    check: 'leaves what it is given as it is',
    says: /image "images\/scan 0".*changes what it is told/,
  },
  'rounds the weights that it is given': {
    plugin: lines((sound) => ({
      ...sound,
      weights: {
        every: 1,
        take: ({ weights }) => {
          for (const { values } of weights) values.set(values.map(Math.round));
        },
      },
    })),
    check: 'leaves what it is given as it is',
    says: /weights, epoch 1.*changes what it is told/,
  },
  'counts with tensors': {
    plugin: lines((sound) => ({
      ...sound,
      image: ({ probability }) => {
        freeStray();
        stray = tf.tensor1d(probability);
      },
    })),
    check: 'makes no tensor',
    says: /a tracker makes tensors/,
  },
};
