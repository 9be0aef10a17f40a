import { type Facts, IGNORE, type Sample } from '@raremask/core';
import { NEVER_PREDICTED } from '@raremask/record';
import { describe, expect, test } from 'vitest';
import type { DecisionRule } from '../src/judging/decisionRule.ts';
import { DecisionSearch } from '../src/judging/decisionSearch.ts';
import type { Judged } from '../src/judging/judge.ts';

const facts: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'a', value: 1 },
  ],
  overlapping: false,
};
const nothing: DecisionRule = { threshold: 0.5, minimumSizes: [0, 0], peaks: [0, 0] };

/** One row of pixels: probabilities of class a, and the truth. */
function judged(probabilities: readonly number[], labels: readonly number[]): Judged {
  const sample: Sample = {
    id: 'row',
    size: [1, labels.length],
    image: new Float32Array(labels.length),
    labels: Uint8Array.from(labels),
  };
  return {
    sample,
    decision: {
      predicted: Uint8Array.from(probabilities, (own) => Number(own > 0.5)),
      probabilities: Float32Array.from(probabilities.flatMap((own) => [1 - own, own])),
    },
    foreground: Float32Array.from(probabilities),
  };
}

/** A structure of four pixels, of which three are found. */
const FOUND = judged([0, 0.9, 0.97, 0.8, 0.1, 0], [0, 1, 1, 1, 1, 0]);
/** Two pixels of alarm, quite sure. */
const SURE = judged([0.96, 0.96, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]);
/** Four pixels of alarm, less sure. */
const LARGE = judged([0.65, 0.66, 0.65, 0.65, 0, 0], [0, 0, 0, 0, 0, 0]);
const QUIET = judged([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]);

function bestOf(
  images: readonly Judged[],
  what: ConstructorParameters<typeof DecisionSearch>[2],
  fixed = nothing,
) {
  const search = new DecisionSearch(facts, fixed, what);
  for (const image of images) search.add(image);
  return search.best().classes['a']!;
}

describe('the search', () => {
  const both = { largest: [0, 8], peaks: 'search' } as const;

  test('takes the least of sizes and peaks that leave no alarm and all of Dice', () => {
    // Sizes 0, 2, 4 and 8 are tried. Size 4 would lose the structure; a peak of 0.7 is enough for
    // the large alarm; the sure one has two pixels and 0.96, the structure three and 0.97.
    const best = bestOf([FOUND, SURE, LARGE, QUIET], both);
    const dice = (2 * 3) / (3 + 4);
    expect(best.before).toMatchObject({ dice, alarms: 2 / 3 });
    expect(best).toMatchObject({ minimumSize: 0, peak: 0.7, after: { dice, alarms: 1 / 3 } });
  });

  test('weighs Dice against alarms', () => {
    const large = judged([0.9, 0.9, 0.9, 0.9, 0.9, 0], [1, 1, 1, 1, 1, 0]);
    const small = judged([0, 0, 0, 0.9, 0.9, 0], [0, 0, 0, 1, 1, 0]);
    const there = [...Array<Judged>(12).fill(large), small];
    const found = (alarmed: number, quiet: number) =>
      bestOf(
        [...there, ...Array<Judged>(alarmed).fill(SURE), ...Array<Judged>(quiet).fill(QUIET)],
        { ...both, peaks: 'fixed' },
      );
    // Without the small structure Dice falls by 1/13, and alarms by 1.
    const best = found(5, 0);
    expect(best).toMatchObject({ minimumSize: 4, after: { alarms: 0 } });
    expect(best.after.dice).toBeCloseTo(12 / 13, 6);
    // Of twenty empty images nineteen are quiet anyway.
    expect(found(1, 19)).toMatchObject({ minimumSize: 0 });
    // A single one with an alarm asks for that much, a quiet one for what costs nothing.
    expect(found(1, 0)).toMatchObject({ minimumSize: 4, after: { alarms: 0 } });
    expect(found(0, 1)).toMatchObject({ minimumSize: 2, after: { dice: 1 } });
  });

  test('never takes a tenth of Dice for the sake of alarms', () => {
    // Without any structure Dice falls by 0.86, and alarms by 1.
    expect(bestOf([FOUND, SURE], { ...both, peaks: 'fixed' })).toMatchObject({
      minimumSize: 0,
      after: { alarms: 1 },
    });
  });

  test('asks for much only where many images say that nothing is lost by it', () => {
    const sure = judged([0.9, 0.9995, 0.9, 0.9, 0, 0], [1, 1, 1, 1, 0, 0]);
    /** The structure, and a speck of which a peak of 0.999 is needed to be rid. */
    const speck = judged([0.9, 0.9995, 0.9, 0, 0.996, 0], [1, 1, 1, 0, 0, 0]);
    const quiet = Array<Judged>(40).fill(QUIET);
    // The next image may be one that it loses: of 11 up to three in 12, of 440 three in 441.
    const of = (count: number) => [
      ...Array<Judged>(10 * count).fill(sure),
      ...Array<Judged>(count).fill(speck),
    ];
    expect(bestOf([...of(1), ...quiet], both)).toMatchObject({ minimumSize: 0, peak: 0 });
    expect(bestOf([...of(40), ...quiet], both)).toMatchObject({ after: { falseStructures: 0 } });
  });

  test('asks for what costs nothing where more images say so than are quiet', () => {
    const whole = judged([0.9, 0.9995, 0.9, 0.9, 0, 0], [1, 1, 1, 1, 0, 0]);
    const of = (there: number, quiet: number) =>
      bestOf([...Array<Judged>(there).fill(whole), ...Array<Judged>(quiet).fill(QUIET)], both);
    // The next empty image may have an alarm, of which the strictest rule knows most: three in 23, or in 91.
    expect(of(60, 12)).toMatchObject({ peak: 0.999, after: { dice: 1 } });
    expect(of(18, 80)).toMatchObject({ minimumSize: 0, peak: 0 });
  });

  describe('counts false structures of all images as alarms that empty ones may have', () => {
    const whole = judged([0.9, 0.999, 0.9, 0.9, 0, 0], [1, 1, 1, 1, 0, 0]);
    /** A structure, and a speck of little Dice. */
    const beside = judged([0.9, 0.999, 0.9, 0.9, 0, 0.75], [1, 1, 1, 1, 0, 0]);
    const images = [...Array<Judged>(60).fill(whole), ...Array<Judged>(40).fill(beside)];

    test('where few are empty, and quiet', () => {
      const best = bestOf([...images, QUIET, QUIET], both);
      expect(best).toMatchObject({ peak: 0.999, before: { alarms: 0 } });
      expect(best.after.falseStructures).toBe(0);
    });

    test('not where none is, or where many say what is to be expected', () => {
      const dots = judged([0, 0, 0, 0, 0, 0.75], [1, 1, 1, 1, 0, 0]);
      // No Dice is lost with the dots, and none is gained without them.
      const missed = [...Array<Judged>(60).fill(whole), ...Array<Judged>(6).fill(dots)];
      expect(bestOf(missed, both)).toMatchObject({ minimumSize: 0, peak: 0 });
      const few = bestOf([...missed, QUIET, QUIET], both);
      expect(few.after.falseStructures).toBe(0);
      const many = [...missed, ...Array<Judged>(400).fill(QUIET)];
      expect(bestOf(many, both)).toMatchObject({ minimumSize: 0, peak: 0 });
    });
  });

  test('leaves what is fixed', () => {
    const fixed = { ...nothing, peaks: [0, 0.6] };
    expect(bestOf([FOUND, LARGE, QUIET], { ...both, peaks: 'fixed' }, fixed)).toMatchObject({
      minimumSize: 0,
      peak: 0.6,
    });
    expect(bestOf([FOUND, LARGE], { largest: 'fixed', peaks: 'search' })).toMatchObject({
      minimumSize: 0,
      peak: 0.7,
    });
  });

  test('changes nothing where no image has the class', () => {
    expect(bestOf([LARGE, SURE], both)).toMatchObject({ minimumSize: 0, peak: 0 });
  });

  test('counts pixels that nobody has judged neither as hits nor as alarms', () => {
    const unknown = judged([0.9, 0.9, 0, 0, 0, 0], [IGNORE, IGNORE, 0, 0, 0, 0]);
    const partly = judged([0.9, 0.9, 0.9, 0, 0, 0], [IGNORE, 1, 1, 0, 0, 0]);
    expect(bestOf([unknown, partly], both).before).toMatchObject({ dice: 1, alarms: 0 });
  });
});

describe('a stated cost', () => {
  const open = { largest: 'fixed', peaks: 'fixed', thresholds: 'search' } as const;
  /** Seen with a probability of 0.35, which a threshold of 0.3 lets through. */
  const FAINT = judged([0, 0.35, 0.35, 0.35, 0, 0], [0, 1, 1, 1, 0, 0]);
  const FAINT_ALARM = judged([0, 0.35, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]);
  const search = (images: readonly Judged[], cost: { alarm: number; miss: number }) => {
    const made = new DecisionSearch(facts, nothing, { ...open, cost: { ...cost, per: 'image' } });
    for (const [at, image] of images.entries()) made.add(image, `group ${at}`);
    return made.best();
  };

  test('decides between a miss and a false alarm', () => {
    const images = [FAINT, FAINT_ALARM, FAINT_ALARM, QUIET];
    // At 0.5: one miss. At 0.3: two alarms.
    const dear = search(images, { alarm: 1, miss: 5 });
    expect(dear.threshold).toBe(0.3);
    expect(dear.cost).toMatchObject({ before: 5 / 4, after: 2 / 4 });
    const cheap = search(images, { alarm: 1, miss: 1 });
    expect(cheap.threshold).toBe(0.5);
    expect(cheap.cost).toMatchObject({ before: 1 / 4, after: 1 / 4 });
  });

  test('may be counted by structures, on images with foreground as well', () => {
    // One structure found, one missed, and one false, all in one image.
    const image = judged([0.9, 0, 0.35, 0, 0.35, 0], [1, 0, 1, 0, 0, 0]);
    const made = (cost: { alarm: number; miss: number }) => {
      const own = new DecisionSearch(facts, nothing, {
        ...open,
        cost: { ...cost, per: 'structure' },
      });
      own.add(image);
      return own.best();
    };
    expect(made({ alarm: 1, miss: 3 })).toMatchObject({ threshold: 0.3, cost: { after: 1 } });
    expect(made({ alarm: 3, miss: 1 })).toMatchObject({ threshold: 0.5, cost: { after: 1 } });
  });

  test('is told of images that the search had not seen', () => {
    // Of two halves each is decided by the other: without the faint image a threshold of 0.5 is best.
    const { cost, classes } = search([FAINT, QUIET], { alarm: 1, miss: 5 });
    expect(cost).toMatchObject({ after: 0, crossFitted: 5 / 2 });
    expect(classes['a']!.crossFitted).toMatchObject({ missed: 1, alarms: 0 });
  });

  test('has no such figure of a single group', () => {
    const made = new DecisionSearch(facts, nothing, open);
    for (const image of [FOUND, SURE]) made.add(image, 'one patient');
    expect(made.best().classes['a']!.crossFitted).toBeNull();
  });

  test('has a curve from the quietest rule to that which misses least', () => {
    const images = [FAINT, FAINT_ALARM, FAINT_ALARM, QUIET];
    const { curve } = search(images, { alarm: 1, miss: 5 });
    expect(
      curve!.map(({ missCosts, threshold, chosen, errors: { missed, alarms } }) => ({
        ...{ missCosts, threshold, chosen, missed, alarms },
      })),
    ).toEqual([
      { missCosts: [0.02, 1], threshold: 0.5, chosen: false, missed: 1, alarms: 0 },
      { missCosts: [2, 50], threshold: 0.3, chosen: true, missed: 0, alarms: 2 / 3 },
    ]);
  });
});

describe('the gate', () => {
  const gates = { largest: 'fixed', peaks: 'fixed', gates: 'search' } as const;
  const found = (images: readonly Judged[]) => {
    const search = new DecisionSearch(facts, nothing, gates);
    for (const image of images) search.add(image);
    return search.best();
  };

  test('is the least that shuts out alarms and leaves what is there', () => {
    // An alarm in an image that has any structure with 0.15, and one with 0.35: 0.4 shuts out both.
    const images = [
      { ...FOUND, presence: 0.45 },
      { ...SURE, presence: 0.15 },
      { ...LARGE, presence: 0.35 },
    ];
    const { gate, classes } = found(images);
    expect(gate).toBe(0.4);
    expect(classes['a']).toMatchObject({ before: { alarms: 1 }, after: { alarms: 0 } });
  });

  test('never costs a tenth of Dice, and stays open where no image has a class', () => {
    expect(
      found([
        { ...FOUND, presence: 0.15 },
        { ...SURE, presence: 0.15 },
      ]).gate,
    ).toBe(0);
    expect(found([{ ...SURE, presence: 0.15 }]).gate).toBe(0);
  });
});

describe('several classes', () => {
  const two: Facts = {
    ...facts,
    classes: [...facts.classes, { name: 'b', value: 2 }],
  };
  const none: DecisionRule = { threshold: 0.5, minimumSizes: [0, 0, 0], peaks: [0, 0, 0] };
  const open = { largest: [0, 8, 8], peaks: 'search' } as const;
  /** One row of pixels: what is predicted, quite sure, and the truth. */
  const row = (predicted: readonly number[], labels: readonly number[]): Judged => ({
    sample: {
      id: 'row',
      size: [1, labels.length],
      image: new Float32Array(labels.length),
      labels: Uint8Array.from(labels),
    },
    decision: {
      predicted: Uint8Array.from(predicted),
      probabilities: Float32Array.from(
        predicted.flatMap((own) => [0, 1, 2].map((index) => (index === own ? 0.9995 : 0.00025))),
      ),
    },
    foreground: Float32Array.from(predicted, Number),
  });
  const best = (
    images: readonly Judged[],
    what: { largest: 'fixed' | readonly number[] } = open,
  ) => {
    const search = new DecisionSearch(two, none, { ...open, ...what });
    for (const image of images) search.add(image);
    return search.best();
  };
  /** All of class a is found, and class b beside it is not there. */
  const strong = row([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  /** A pixel in twelve of class b is right. */
  const weak = row(
    [2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0],
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2].map((own, at) => (at === 0 ? own : 0)),
  );
  const wrong = row([0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);

  test('one that is hardly found and alarms everywhere may be given up', () => {
    // Dice of a is 1, of b (2/7 + 0) / 2: without b a seventh is lost, of which an eighth may be.
    const images = [strong, weak, wrong, row(Array(12).fill(0), Array(12).fill(0))];
    const lost = best(images, { largest: [0, 8, 0] }).classes;
    expect(lost['b']).toMatchObject({ minimumSize: 0, peak: 0.999, after: { alarms: 1 / 2 } });
    // One more image in which it is not found: a tenth of the mean is more than b has.
    const given = best([...images, wrong], { largest: [0, 8, 0] }).classes;
    expect(given['b']).toMatchObject({
      minimumSize: NEVER_PREDICTED,
      after: { dice: 0, alarms: 0 },
    });
    expect(given['a']).toMatchObject({ minimumSize: 0, peak: 0, after: { dice: 1, alarms: 0 } });
  });

  test('none is given up where sizes are fixed, or nothing is found of any', () => {
    const images = [strong, weak, wrong, wrong];
    expect(best(images, { largest: 'fixed' }).classes['b']).toMatchObject({ minimumSize: 0 });
    // Alarms everywhere, which no peak shuts out, and nothing right: the best would be no network.
    const alarmed = row([2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0], Array(12).fill(0));
    const nowhere = best([wrong, alarmed], { largest: [0, 8, 0] });
    expect(nowhere.classes['b']).toMatchObject({ minimumSize: 0, after: { alarms: 1 } });
  });

  test('a false alarm of any is one of an empty image, and its Dice a part of the Dice', () => {
    const empty = Array(8).fill(0);
    const large = (own: number) =>
      row([own, own, own, own, 0, 0, 0, 0], [own, own, own, own, 0, 0, 0, 0]);
    const small = row([1, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]);
    const times = (count: number, image: Judged) => Array<Judged>(count).fill(image);
    const images = [...times(12, large(1)), ...times(2, small), ...times(14, large(2))];
    const alarm = row([0, 0, 1, 0, 0, 0, 0, 0], empty);
    // A seventh of class a is a fourteenth of all; four empty images of twenty have an alarm.
    const alarmed = [...images, ...times(4, alarm), ...times(16, row(empty, empty))];
    expect(best(alarmed).classes['a']).toMatchObject({ minimumSize: 2, after: { alarms: 0 } });
    // Of a single class that is a seventh.
    const alone = alarmed.filter(({ sample }) => !sample.labels!.includes(2));
    expect(best(alone).classes['a']).toMatchObject({ minimumSize: 0 });
    // In images of the other class it is an error beside what is found.
    const beside = row([2, 2, 2, 2, 0, 0, 1, 0], [2, 2, 2, 2, 0, 0, 0, 0]);
    const among = [...images, ...times(4, beside), ...times(16, large(2))];
    expect(best(among).classes['a']).toMatchObject({ minimumSize: 0 });
  });

  test('together lose no more than a tenth of the mean Dice, wherever it saves most', () => {
    // Both classes have a small structure in one image of six, which a size would lose.
    const large = (own: number) =>
      row([own, own, own, own, 0, 0, 0, 0], [own, own, own, own, 0, 0, 0, 0]);
    const small = (own: number) => row([own, 0, 0, 0, 0, 0, 0, 0], [own, 0, 0, 0, 0, 0, 0, 0]);
    const alarm = (own: number) => row([0, 0, own, 0, 0, 0, 0, 0], Array(8).fill(0));
    const times = (count: number, image: Judged) => Array<Judged>(count).fill(image);
    const images = [
      ...[1, 2].flatMap((own) => [...times(20, large(own)), ...times(4, small(own))]),
      ...times(4, alarm(1)),
      ...times(8, alarm(2)),
    ];
    const { a, b } = best(images).classes;
    // A sixth of either is a twelfth of both: one of them, that with more alarms.
    expect(a).toMatchObject({ minimumSize: 0, after: { dice: 1 } });
    expect(b!.minimumSize).toBe(2);
    expect(b!.after).toMatchObject({ alarms: 0 });
    expect(b!.after.dice).toBeCloseTo(5 / 6, 6);
  });
});

test('overlapping classes are searched one by one', () => {
  const overlapping: Facts = {
    ...facts,
    classes: [
      { name: 'a', value: 0 },
      { name: 'b', value: 1 },
    ],
    overlapping: true,
  };
  const search = new DecisionSearch(overlapping, nothing, { largest: [8, 8], peaks: 'search' });
  const image = (a: number, b: number, truthA: number, truthB: number): Judged => ({
    sample: {
      id: 'pixel',
      size: [1, 1],
      image: new Float32Array(1),
      labels: Uint8Array.of(truthA, truthB),
    },
    decision: {
      predicted: Uint8Array.of(Number(a > 0.5), Number(b > 0.5)),
      probabilities: Float32Array.of(a, b),
    },
    foreground: Float32Array.of(Math.max(a, b)),
  });
  search.add(image(0.97, 0.97, 1, 1));
  search.add(image(0.65, 0.94, 0, 0));
  const { a, b } = search.best().classes;
  expect([a!.peak, b!.peak]).toEqual([0.7, 0.95]);
});
