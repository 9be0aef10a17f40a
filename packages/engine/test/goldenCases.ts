import type { DatasetFacts, Draw, Json, Sample } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { FeedPlan } from '../src/reading/plan.ts';

/** The short form of `train.augment`. */
type Rule = Readonly<Record<string, Json>>;

/** Batches whose bits are written down in augmentGolden.test.ts. */
export interface GoldenCase {
  readonly name: string;
  readonly facts: DatasetFacts;
  read(id: string): Sample;
  readonly rule: Rule;
  readonly plan: Pick<
    FeedPlan,
    'normalization' | 'pixelWeights' | 'multipleOf' | 'donors' | 'sizesDiffer'
  >;
  readonly draws: readonly (readonly Draw[])[];
}

const BOTH = {
  turn: { probability: 0.6, degrees: 40 },
  elastic: { probability: 0.6, strength: 1, spacing: 16 },
};

/** Changes for every data set. */
const ANYWHERE: Readonly<Record<string, Rule>> = {
  none: { flip: false, rotate: false },
  standard: {},
  'some flips': { flip: 0.3, rotate: 0.4 },
  intensities: {
    brightness: { probability: 0.6, strength: 0.2 },
    contrast: { probability: 0.6, from: 0.75, to: 1.33 },
    gamma: { probability: 0.6, from: 0.7, to: 1.5 },
    noise: { probability: 0.6, strength: 0.1 },
    blur: { probability: 0.6, sigma: 1.5 },
  },
  gamma: { gamma: { probability: 1, from: 0.7, to: 1.5 } },
  contrast: { contrast: { probability: 1, from: 0.75, to: 1.33 } },
  brightness: { brightness: { probability: 1, strength: 0.2 } },
  noise: { noise: { probability: 1, strength: 0.1 } },
  blur: { blur: { probability: 1, sigma: 1 } },
  cutout: { flip: false, cutout: { probability: 0.8, size: 0.7 } },
};

/** Changes for images of two dimensions. */
const PLANE: Readonly<Record<string, Rule>> = {
  turn: { turn: { probability: 0.8, degrees: 15 } },
  scale: { scale: { probability: 0.8, from: 0.5, to: 2 } },
  elastic: { elastic: { probability: 0.8, strength: 3, spacing: 6 } },
  'turn and elastic': BOTH,
  paste: { paste: { probability: 0.8 } },
  everything: {
    flip: 0.5,
    rotate: 0.5,
    ...BOTH,
    scale: { probability: 0.5, from: 0.8, to: 1.25 },
    ...ANYWHERE['intensities'],
    cutout: { probability: 0.5, size: 0.8 },
    paste: { probability: 0.7 },
  },
};

const classes = (...names: readonly string[]) => names.map((name, value) => ({ name, value }));

/** A sample that its id alone decides: `12x16/full`; `empty` has no foreground. */
function sampleOf(id: string, facts: DatasetFacts): Sample {
  const [extents, kind] = id.split('/') as [string, string];
  const size = extents.split('x').map(Number);
  const random = createRandom(id);
  const pixels = size.reduce((all, extent) => all * extent, 1);
  const depth = facts.overlapping ? facts.classes.length : 1;
  const image = Uint16Array.from({ length: pixels * facts.channels }, () => random.integer(0, 900));
  const labels = new Uint8Array(pixels * depth);
  const weight = Float32Array.from({ length: pixels }, () => random.integer(0, 5) / 2);
  const first = facts.overlapping ? 0 : 1;
  for (let at = 0; kind.startsWith('full') && at < 4; at++) {
    const start = random.integer(0, pixels - 4);
    const chosen = random.integer(first, facts.classes.length - 1);
    for (let pixel = start; pixel < start + 3; pixel++) {
      labels[pixel * depth + (depth > 1 ? chosen : 0)] = depth > 1 ? 1 : chosen;
    }
  }
  for (let at = 0; at < 5; at++) labels[random.integer(0, pixels - 1) * depth] = 255;
  return { id, size, image, labels, ...(kind.endsWith('weighed') && { weight }) };
}

interface Ground {
  readonly name: string;
  readonly facts: DatasetFacts;
  readonly rules: Readonly<Record<string, Rule>>;
  readonly plan: GoldenCase['plan'];
  readonly draws: GoldenCase['draws'];
}

const repeated = (draws: readonly Draw[]): Draw[][] => Array.from({ length: 8 }, () => [...draws]);

const GROUNDS: readonly Ground[] = [
  {
    name: 'exclusive',
    facts: { space: 2, channels: 1, classes: classes('ground', 'a', 'b'), overlapping: false },
    rules: { ...ANYWHERE, ...PLANE },
    plan: {
      normalization: { kind: 'affine', mean: [300], deviation: [100], low: [50], high: [800] },
      pixelWeights: [1, 5, 0.3],
      multipleOf: [8, 8],
      donors: ['17x13/full', '12x12/full weighed'],
    },
    draws: repeated([
      { id: '17x13/full' },
      { id: '20x20/empty' },
      { id: '14x15/empty weighed' },
      { id: '15x15/full weighed' },
    ]),
  },
  {
    name: 'overlapping windows',
    facts: { space: 2, channels: 2, classes: classes('a', 'b'), overlapping: true },
    rules: { ...ANYWHERE, ...PLANE },
    plan: {
      normalization: { kind: 'image' },
      pixelWeights: [0.7, 3],
      multipleOf: [4, 4],
      donors: ['16x18/full', '9x9/full'],
    },
    draws: repeated([
      { id: '16x18/full', window: { origin: [-3, 4], size: [12, 12] } },
      { id: '16x18/empty weighed', window: { origin: [7, 9], size: [12, 12] } },
      { id: '20x20/empty', window: { origin: [0, 0], size: [10, 14] } },
      { id: '20x20/full weighed', window: { origin: [5, 5], size: [12, 12] } },
    ]),
  },
  {
    name: 'volumes',
    facts: { space: 3, channels: 1, classes: classes('ground', 'a'), overlapping: false },
    rules: ANYWHERE,
    plan: {
      normalization: { kind: 'none' },
      pixelWeights: [1, 2],
      multipleOf: [2, 4, 4],
      sizesDiffer: true,
    },
    draws: repeated([
      { id: '3x9x9/full' },
      { id: '5x8x7/empty weighed' },
      { id: '4x6x6/full weighed' },
    ]),
  },
];

export function goldenCases(): GoldenCase[] {
  return GROUNDS.flatMap(({ name, facts, rules, plan, draws }) =>
    Object.entries(rules).map(([rule, own]) => ({
      name: `${name}: ${rule}`,
      facts,
      read: (id: string) => sampleOf(id, facts),
      rule: own,
      plan,
      draws,
    })),
  );
}
