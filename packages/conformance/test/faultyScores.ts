import { defineScore, type Score, type ScorePlugin } from '@raremask/core';

/** A plugin that must be refused. */
export interface FaultyScore {
  readonly plugin: ScorePlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

/** Mean Dice where an empty image counts 1 when quiet and 0 with an alarm. */
const DICE: Score = {
  title: 'Dice',
  unit: 'share',
  better: 'higher',
  meaning: 'Mean over all images of twice the hits by both areas.',
  empty: 'A quiet empty image counts 1, one with an alarm 0.',
  measure: ({ hits, misses, alarms }) => ({
    dice: hits + misses + alarms === 0 ? 1 : (2 * hits) / (2 * hits + misses + alarms),
  }),
  of: (set) => set.mean('dice'),
};

function spoilt(fault: Partial<Score> | (() => Partial<Score>)): ScorePlugin {
  return defineScore({
    name: 'faulty',
    api: 1,
    create: () => ({ ...DICE, ...(typeof fault === 'function' ? fault() : fault) }),
  });
}

/** The score that the faulty ones are made of. */
export const soundScore = spoilt({});

/** Mean distance of the predicted mass from the true one, in millimetres: it needs the masks. */
export const soundDistance = spoilt({
  unit: 'mm',
  better: 'lower',
  measure: ({ truth, predicted, size, spacing = size.map(() => 1), misses, hits, alarms }) => {
    if (hits + misses === 0 || hits + alarms === 0) return { distance: null };
    const centre = (mask: Uint8Array, axis: number) => {
      const stride = size.slice(axis + 1).reduce((product, extent) => product * extent, 1);
      let sum = 0;
      let count = 0;
      for (let pixel = 0; pixel < mask.length; pixel++) {
        if (mask[pixel] === 0) continue;
        sum += Math.floor(pixel / stride) % size[axis]!;
        count++;
      }
      return sum / count;
    };
    const apart = size.map(
      (_, axis) => spacing[axis]! * (centre(truth, axis) - centre(predicted, axis)),
    );
    return { distance: Math.hypot(...apart) };
  },
  of: (set) => set.mean('distance'),
});

let calls = 0;

export const faultyScores: Readonly<Record<string, FaultyScore>> = {
  'does not say what it does with an empty mask': {
    plugin: spoilt({ empty: '' }),
    check: 'says what it measures, and what it does with an empty mask',
    says: /empty does not say.*a sentence.*""/,
  },
  'has no direction': {
    plugin: spoilt({ better: 'more' as 'higher' }),
    check: 'says which way is better',
    says: /higher or lower.*"more"/,
  },
  'divides by an empty truth': {
    plugin: spoilt({
      measure: ({ hits, misses, alarms }) => ({ dice: (2 * hits) / (2 * hits + misses + alarms) }),
    }),
    check: 'gives finite numbers of every image, under the same names',
    says: /"empty and quiet", any foreground.*"NaN"/,
  },
  'throws on an image without alarms': {
    plugin: spoilt({
      measure: ({ predicted }) => {
        if (!predicted.includes(1)) throw new Error('nothing there');
        return { dice: 1 };
      },
    }),
    check: 'gives finite numbers of every image, under the same names',
    says: /"missed".*nothing there/,
  },
  'leaves a number out where there is none': {
    plugin: spoilt({
      measure: (region) => (region.truth.includes(1) ? DICE.measure(region) : {}),
    }),
    check: 'gives finite numbers of every image, under the same names',
    says: /"empty and quiet".*other numbers.*Expected: dice\. Got: none/,
  },
  'gives a promise': {
    plugin: spoilt({
      measure: (async () => ({ dice: 1 })) as unknown as Score['measure'],
    }),
    check: 'gives finite numbers of every image, under the same names',
    says: /a promise/,
  },
  'divides by no image': {
    plugin: spoilt({ of: (set) => set.sum('dice') / set.images }),
    check: 'gives a finite number, or null, of every set of images',
    says: /a set of 0 images.*"NaN"/,
  },
  'asks for a number that it does not measure': {
    plugin: spoilt({ of: (set) => set.mean('dise') }),
    check: 'gives a finite number, or null, of every set of images',
    says: /no number "dise", only dice/,
  },
  'is no share': {
    plugin: spoilt({ of: (set) => set.sum('dice') }),
    check: 'stays between 0 and 1 where it is a share',
    says: /is none.*from 0 to 1/,
  },
  'needs a spacing and does not say so': {
    plugin: spoilt({ measure: ({ spacing }) => ({ dice: spacing![0]! > 0 ? 1 : 0 }) }),
    check: 'takes images of an unknown size of pixels, or says why it cannot',
    says: /does not say so.*TypeError/,
  },
  'says the wrong direction': {
    plugin: spoilt({ better: 'lower' }),
    check: 'is best where the prediction is the truth',
    says: /the truth itself.*lower is better/,
  },
  'rewards alarms on empty images': {
    plugin: spoilt({
      measure: ({ hits, misses, alarms }) => ({
        dice: hits + misses === 0 ? Number(alarms > 0) : 1,
      }),
    }),
    check: 'is best where the prediction is the truth',
    says: /"empty and alarmed".*at best 0/,
  },
  'looks at the truth alone': {
    plugin: spoilt({ measure: ({ pixels }) => ({ dice: Math.min(1, pixels) }) }),
    check: 'sees what is predicted',
    says: /the same whatever is predicted/,
  },
  'counts ignored pixels as background that was left alone': {
    plugin: spoilt({
      measure: ({ predicted, truth }) => ({
        dice: truth.reduce((sum, one, at) => sum + Number(one === predicted[at]), 0) / truth.length,
      }),
    }),
    check: 'leaves out pixels that are not scored',
    says: /a frame that is not scored/,
  },
  'gives another number every time': {
    plugin: spoilt({
      measure: (region) => ({ dice: Math.min(1, DICE.measure(region)['dice']! / ++calls) }),
    }),
    check: 'gives the same images the same score, whatever it saw before',
    says: /another one the second time/,
  },
  'keeps a running mean of its own': {
    plugin: spoilt(() => {
      let running = 0;
      return {
        measure: (region) => {
          running = 0.9 * running + 0.1 * (DICE.measure(region)['dice'] ?? 0);
          return { dice: running };
        },
      };
    }),
    check: 'does not depend on the order of the images',
    says: /in another order/,
  },
  'looks at the names of images': {
    plugin: spoilt({
      measure: (region) => (region.id === 'missed' ? { dice: 1 } : DICE.measure(region)),
    }),
    check: 'makes nothing of the names of images',
    says: /under other names/,
  },
  'samples pixels by chance': {
    plugin: spoilt({
      measure: (region) => (Math.random() < 2 ? DICE.measure(region) : { dice: 0 }),
    }),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called/,
  },
};
