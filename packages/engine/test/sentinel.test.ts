import { describe, expect, test } from 'vitest';
import type { EpochObservation, Pull, ValidationSeen } from '../src/sentinel/observation.ts';
import type { Setting } from '../src/sentinel/rule.ts';
import { Sentinel } from '../src/sentinel/sentinel.ts';
import { weightsKept, weightsMoved } from '../src/sentinel/weightsMoved.ts';

const SETTING = { terms: ['dice', 'cross-entropy'], hasEmpty: true };
const MAKE = { batches: 12, images: 96, withForeground: 48, bare: 0 };

type Seen = Partial<ValidationSeen>;
type Epoch = Partial<Omit<EpochObservation, 'seen' | 'pull' | 'rateShare'>> & {
  readonly seen?: Seen;
  readonly pull?: Partial<Pull>;
};

const SEEN: ValidationSeen = {
  withForeground: 6,
  empty: 18,
  missed: 1,
  dice: 0,
  alarms: 0,
  predicted: 0,
  onTruth: 0.002,
  beside: 0.001,
  onEmpty: 0.001,
  onOther: 0.001,
};
const PULL: Pull = {
  terms: [
    { filled: 0.01, empty: 0.001 },
    { filled: 0.001, empty: 0.0001 },
  ],
  weights: [1, 1],
  filled: 0.01,
  empty: 0.001,
  filledError: 4,
  emptyError: 0.2,
  filledImages: 3,
  emptyImages: 3,
};

/** What a sentinel says of epochs, each with what differs from a quiet one: "problem since epoch". */
function said(epochs: readonly Epoch[], setting: Setting = SETTING): string[] {
  const sentinel = new Sentinel(setting);
  return epochs.flatMap(({ seen, pull, ...rest }, index) =>
    sentinel
      .observe({
        ...{ epoch: index + 1, learningRate: 0.001, loss: 1 / (index + 1), terms: [0.9, 0.1] },
        ...{ gradientNorm: 1, make: MAKE, ...rest },
        seen: { ...SEEN, ...seen },
        ...(pull && { pull: { ...PULL, ...pull } }),
      })
      .map(({ problem, since }) => `${problem} ${since} in ${index + 1}`),
  );
}

/** Rising from nothing, as a healthy run of the phantom was seen to. */
const LEARNING: readonly Seen[] = [
  { onTruth: 0.0016, onOther: 0.0014 },
  { onTruth: 0.0041, onOther: 0.0016 },
  { onTruth: 0.061, onOther: 0.0013, missed: 0.83, dice: 0.02 },
  { onTruth: 0.069, onOther: 0.005, missed: 0.83, alarms: 0.11, dice: 0.03 },
  { onTruth: 0.17, onOther: 0.012, missed: 0.5, alarms: 0.06, dice: 0.23 },
  { onTruth: 0.3, onOther: 0.012, missed: 0.3, alarms: 0.06, dice: 0.4 },
];

describe('weights that stay what they are', () => {
  // As a rate of 1e-9 looked on real patches: other batches, and running statistics, move all other figures.
  const still = [0.0454, 0.0488, 0.0458, 0.0463, 0.0466].map((onTruth, epoch) => ({
    loss: [1.1085, 1.0993, 1.0958, 1.0944, 1.1155][epoch]!,
    seen: {
      onTruth,
      onOther: 1.1 * onTruth,
      missed: epoch < 3 ? 1 : 0.7,
      predicted: epoch < 3 ? 0 : 1e-4,
    },
    moved: 1e-8,
  }));

  test('are named, and not what follows from them', () => {
    expect(said(still)).toEqual(['loss-constant 1 in 3']);
    expect(said(still, { ...SETTING, isWithin: true })).toEqual(['loss-constant 1 in 3']);
  });

  test('are no trouble once the network is good, or at the end of the schedule', () => {
    expect(said(still.map((one) => ({ ...one, seen: { dice: 0.5, missed: 0 } })))).toEqual([]);
    const ended = still.map((one, epoch) => ({ ...one, learningRate: epoch === 0 ? 1 : 0.01 }));
    expect(said(ended.slice(0, 3)).join()).not.toContain('loss-constant');
  });

  test('are measured by some, spread evenly over all', () => {
    const arrays = [
      new Float32Array(1000).fill(2),
      new Float32Array(3),
      new Float32Array(9).fill(1),
    ];
    const kept = weightsKept(arrays);
    expect(kept).toHaveLength(256);
    expect(kept.filter((value) => value === 2)).toHaveLength(253);
    expect(weightsKept([new Float32Array([1, 2]), new Float32Array([3])])).toEqual([1, 2, 3]);
    expect(weightsMoved([3, 4], [3, 4.5])).toBeCloseTo(0.1);
    expect(weightsMoved([0, 0], [0, 0])).toBe(0);
  });
});

describe('predictions that are as good for other images', () => {
  const seen = (pairs: readonly (readonly [dice: number, diceOther: number])[], images = 16) =>
    pairs.map(([dice, diceOther], epoch) => ({
      loss: 0.9 * 0.97 ** epoch,
      seen: {
        ...{ dice, missed: 0, predicted: 0.2, onTruth: 0.7, onOther: 0.6 },
        compared: { images, dice, diceOther },
      },
    }));
  // As real patches around tumours gave it, with their masks shuffled and as they are.
  const SHUFFLED = [
    [0, 0],
    [0.398, 0.355],
    [0.412, 0.388],
    [0.412, 0.417],
    [0.373, 0.345],
  ] as const;
  const OWN = [
    [0, 0],
    [0.299, 0.287],
    [0.42, 0.173],
    [0.34, 0.184],
    [0.439, 0.149],
  ] as const;

  test('are named: where structures lie is all that is learnt', () => {
    expect(said(seen(SHUFFLED))).toEqual(['labels 2 in 4']);
  });

  test('are none once they were told apart, while they rise, or where few images say so', () => {
    expect(said(seen(OWN))).toEqual([]);
    expect(said(seen([...OWN, ...SHUFFLED.slice(1)]))).toEqual([]);
    const rising = [0.1, 0.12, 0.15, 0.19, 0.24].map((dice) => [dice, 0.9 * dice] as const);
    expect(said(seen(rising))).toEqual([]);
    expect(said(seen(SHUFFLED, 7))).toEqual([]);
    // An organ lies alike in all images.
    const organ = [0.85, 0.86, 0.87, 0.87].map((dice) => [dice, 0.95 * dice] as const);
    expect(said(seen(organ))).toEqual([]);
    expect(said(seen(SHUFFLED), { ...SETTING, isWithin: true })).toEqual([]);
  });
});

describe('a run that learns', () => {
  test('is not told anything, however long nothing is predicted yet', () => {
    expect(said(LEARNING.map((seen) => ({ seen, pull: {} })))).toEqual([]);
    const slow = Array.from({ length: 8 }, (_, epoch) => ({
      seen: { onTruth: 0.0015 * 1.1 ** epoch, beside: 0.001 },
    }));
    expect(said(slow)).toEqual([]);
  });

  test('is not told that it predicts background where its probability goes up and down', () => {
    const shaky = [0.058, 0.022, 0.037, 0.051, 0.03, 0.04].map((onTruth) => ({
      seen: { onTruth },
    }));
    expect(said(shaky.slice(0, 4))).toEqual([]);
    expect(said(shaky, { ...SETTING, isWithin: true })).toEqual([]);
  });

  test('is not told of a flood where it finds structures, and few images are empty', () => {
    const flooded = (seen: Seen) =>
      said(
        Array.from({ length: 4 }, () => ({
          seen: { missed: 0, alarms: 1, predicted: 0.03, ...seen },
        })),
      );
    expect(flooded({ empty: 3, dice: 0.75 })).toEqual([]);
    expect(flooded({ empty: 3, dice: 0.1 })).toEqual(['alarms 1 in 3']);
    expect(flooded({ empty: 18, dice: 0.75 })).toEqual(['alarms 1 in 3']);
  });

  test('is not told that its loss is constant at the end of its schedule', () => {
    const ended = [0, 1, 2, 3].map((epoch) => ({
      loss: 0.2,
      learningRate: epoch === 0 ? 0.001 : 0.0001,
      seen: { dice: 0.8, missed: 0, onTruth: 0.8 },
    }));
    expect(said(ended)).toEqual([]);
  });
});

test('background everywhere is named in the third epoch, and once', () => {
  const same = Array.from({ length: 6 }, () => ({ seen: { onTruth: 0.0015 } }));
  expect(said(same)).toEqual(['background 1 in 3']);
});

test('background is named where the probability on structures falls, if only more slowly than beside them', () => {
  const falling = [0.0008, 0.0006, 0.0005].map((onTruth, epoch) => ({
    seen: { onTruth, beside: 0.001 / 3 ** epoch },
  }));
  expect(said(falling)).toEqual(['background 1 in 3']);
});

test('background after good epochs has its beginning, and is called lost', () => {
  const good = { seen: { dice: 0.6, missed: 0, onTruth: 0.6 } };
  const nothing = { seen: { onTruth: 0.0001 } };
  expect(said([good, good, good, nothing, nothing])).toEqual(['lost 4 in 5']);
});

test('alarms flood where neither their number nor their probability falls', () => {
  const seen = { missed: 0, alarms: 1, predicted: 0.2, onEmpty: 0.3, dice: 0.1, onTruth: 0.5 };
  expect(said([{ seen }, { seen }, { seen }])).toEqual(['alarms 1 in 3']);
  const falling = [0.3, 0.2, 0.1, 0.05].map((predicted) => ({ seen: { ...seen, predicted } }));
  expect(said(falling)).toEqual([]);
});

test('empty images that have alarms and no part in the gradient are the cause of the flood', () => {
  const seen = { missed: 0, alarms: 1, predicted: 0.2, onEmpty: 0.3, dice: 0.1, onTruth: 0.5 };
  const epoch = { seen, pull: { empty: 0, emptyError: 3 } };
  expect(said([epoch, epoch, epoch])).toEqual(['empty-silent 1 in 2']);
  // Where the training split has none, there is nothing to hear.
  expect(said([epoch, epoch], { ...SETTING, hasEmpty: false })).toEqual([]);
});

test('a term that outweighs by its weight is named, one that does so by nature is not', () => {
  const terms = [
    { filled: 0.0003, empty: 0 },
    { filled: 0.9, empty: 0 },
  ];
  const heavy = LEARNING.slice(0, 2).map((seen) => ({ seen, pull: { terms, weights: [1, 3000] } }));
  expect(said(heavy)).toEqual(['term-outweighs 1 in 2']);
  const natural = LEARNING.slice(0, 4).map((seen) => ({
    seen: { ...seen, dice: 0 },
    pull: { terms: terms.toReversed() },
  }));
  const falling = natural.map((epoch, at) => ({ ...epoch, terms: [0.9, 0.1 / (at + 1)] }));
  expect(said(falling)).toEqual([]);
  // The weaker term, 0.1 in every epoch, is never learnt.
  expect(said(natural)).toEqual(['term-outweighs 3 in 4']);
});

test('a loss that stands still under a full learning rate is constant', () => {
  expect(said([1, 1.0001, 1].map((loss) => ({ loss })))).toEqual(['loss-constant 1 in 3']);
});

test('a network that says the same of every pixel with all certainty is saturated, and nothing else', () => {
  const seen = { onTruth: 0, beside: 0, onEmpty: 0, onOther: 0 };
  expect(said([1, 1, 1, 1].map((loss) => ({ seen, loss })))).toEqual(['saturated 2 in 2']);
});

test('a loss that rises to a multiple of its first says that the rate is too high', () => {
  expect(said([1, 5, 8].map((loss) => ({ loss })))).toEqual(['rate-too-high 2 in 3']);
});

test('batches without foreground are counted', () => {
  const epoch = { make: { ...MAKE, bare: 10 } };
  expect(said([epoch, epoch, epoch])).toEqual(['bare-batches 1 in 2']);
});

test('labels of other images are told from labels that are learnt slowly', () => {
  const seen = { missed: 0.4, predicted: 0.001, onTruth: 0.04, onOther: 0.02, alarms: 0.4 };
  const shuffled = [1.01, 1, 0.99, 0.99].map((loss) => ({ loss, seen }));
  expect(said(shuffled)).toEqual(['labels 2 in 4']);
  const learning = [1.01, 0.9, 0.8, 0.7].map((loss) => ({ loss, seen }));
  expect(said(learning)).toEqual([]);
});

test('a probability that rises wherever structures may lie is none of labels that are learnt', () => {
  // As a shuffled phantom gave it: how much foreground there is was learnt, and not which.
  const rising = (others: readonly number[]) =>
    [0.011, 0.032, 0.042, 0.043].map((onTruth, at) => ({
      loss: [0.994, 0.973, 1.006, 0.962][at]!,
      seen: { missed: 0, dice: 0, predicted: 0.004, onTruth, onOther: others[at]!, alarms: 0.7 },
    }));
  expect(said(rising([0.006, 0.021, 0.028, 0.03]))).toEqual(['labels 2 in 4']);
  expect(said(rising([0.006, 0.021, 0.026, 0.026]))).toEqual([]);
});

test('a batch that predictions see with another loss than its step blames the statistics', () => {
  const epoch = { modes: { training: 0.2, prediction: 1.5 } };
  expect(said([{}, epoch, epoch])).toEqual(['statistics 2 in 3']);
});

test('running statistics are doubted where validation is poor, and not where structures are found', () => {
  const doubts = (seen: Seen) => {
    const sentinel = new Sentinel(SETTING);
    for (const [at, loss] of [1, 0.5].entries()) {
      sentinel.observe({
        ...{ epoch: at + 1, learningRate: 0.001, loss, terms: [0.9, 0.1], gradientNorm: 1 },
        ...{ make: MAKE, seen: { ...SEEN, ...seen } },
      });
    }
    return sentinel.doubtsModes;
  };
  expect(doubts({ dice: 0.05 })).toBe(true);
  expect(doubts({ dice: 0.2, alarms: 0.9 })).toBe(true);
  // As a recommended training was seen to swing at its full rate: Dice .59, alarms on 6 of 7.
  expect(doubts({ dice: 0.59, alarms: 0.86 })).toBe(false);
  expect(doubts({ dice: 0.2, alarms: 0.5 })).toBe(false);
});

test('what was seen survives a resume', () => {
  const observed = (epoch: number) => ({
    ...{ epoch, learningRate: 0.001, loss: 1 / epoch, terms: [1], gradientNorm: 1 },
    ...{ make: MAKE, seen: SEEN },
  });
  const first = new Sentinel(SETTING);
  for (const epoch of [1, 2]) expect(first.observe(observed(epoch))).toEqual([]);
  const again = new Sentinel(SETTING, JSON.parse(JSON.stringify(first.state)));
  expect(again.observe(observed(3)).map(({ problem }) => problem)).toEqual(['background']);
  expect(again.observe(observed(4))).toEqual([]);
});

describe('within a long epoch', () => {
  const WITHIN = { ...SETTING, isWithin: true };
  /** Stretches of so many steps. */
  const of = (batches: number, epochs: readonly Epoch[]) =>
    epochs.map((one) => ({ ...one, make: { ...MAKE, batches } }));

  test('a probability that rises by 5 % in four stretches is no collapse, and one that does not is', () => {
    const rising = [1, 1.02, 1.04, 1.06].map((times) => ({ seen: { onTruth: 0.0015 * times } }));
    expect(said(of(48, rising), WITHIN)).toEqual([]);
    expect(said(rising)).toEqual(['background 1 in 3']);
    const standing = [1, 1.01, 1.02, 1.03].map((times) => ({ seen: { onTruth: 0.0015 * times } }));
    expect(said(of(48, standing), WITHIN)).toEqual(['background 1 in 4']);
    // Four looks at short stretches are few steps.
    expect(said(of(26, standing), WITHIN)).toEqual([]);
    expect(said(of(26, [...standing, ...standing]), WITHIN)).toEqual(['background 1 in 6']);
  });

  test('a network that says the same of the same images is named, whatever their batches lose', () => {
    const same = [0.9, 0.5, 0.7].map((loss) => ({ loss }));
    expect(said(same, WITHIN)).toEqual(['loss-constant 1 in 3']);
  });

  test('while the rate is warming up nothing has to move', () => {
    const warming = Array.from({ length: 3 }, () => ({ isWarming: true }));
    expect(said(warming, WITHIN)).toEqual([]);
    const atEnd = { isWarming: true, seen: { onTruth: 1e-9, beside: 1e-9 } };
    expect(said([atEnd, atEnd], WITHIN)).toEqual(['saturated 2 in 2']);
  });

  test('single pixels on all empty images are no flood yet', () => {
    const alarms = (predicted: number) =>
      Array.from({ length: 4 }, () => ({
        seen: { alarms: 1, predicted, missed: 0, dice: 0.4, onEmpty: 0.2 },
      }));
    expect(said(of(48, alarms(0.002)), WITHIN)).toEqual([]);
    expect(said(of(48, alarms(0.3)), WITHIN)).toEqual(['alarms 1 in 4']);
    expect(said(of(26, alarms(0.3)), WITHIN)).toEqual([]);
  });
});
