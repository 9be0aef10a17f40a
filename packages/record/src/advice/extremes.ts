import { type Change, isOwn, lowerRate, now, usualRate } from './changes.ts';
import type { ManifestView } from './manifestView.ts';
import type { Problem } from './problem.ts';
import type { Seen } from './seen.ts';

/** A setting that lies far outside of where networks are known to learn, and what it may be the cause of. */
interface Extreme {
  readonly against: readonly Problem[];
  readonly change: Change;
}

const NOT_LEARNT: readonly Problem[] = ['background', 'loss-constant', 'weak', 'labels'];
const LOUD: readonly Problem[] = ['alarms', 'empty-silent'];

/** Share that one step takes from each weight, above which weights vanish faster than a gradient moves them. */
const VANISHING = 1e-3;

const decay: Change = ({ optimizer, learningRate }) => {
  const share = Number(optimizer.with['weightDecay'] ?? 0);
  if (!(share * learningRate > VANISHING)) return undefined;
  return `Lower \`train.optimizer.with.weightDecay: ${optimizer.use === 'sgd' ? 0.00003 : 0.01}\` ${now(share)}: each step takes ${Number((share * learningRate * 100).toPrecision(2))} % of every weight.`;
};

/** Memory of the gradient, in steps, that outlasts short trainings. */
const memory: Change = ({ optimizer }) => {
  for (const [name, most, usual] of [
    ['beta1', 0.99, 0.9],
    ['momentum', 0.995, 0.9],
  ] as const) {
    const value = Number(optimizer.with[name] ?? 0);
    if (value <= most) continue;
    return `Lower \`train.optimizer.with.${name}: ${usual}\` ${now(value)}: the direction of a step is that of ${Math.round(1 / (1 - value))} steps before it.`;
  }
  return undefined;
};

const frozen: Change = ({ freeze, weights }) =>
  freeze.length === 0 || weights !== undefined
    ? undefined
    : `Leave out \`model.freeze\` ${now(freeze)}: what is frozen stays as it was drawn at random, as there are no \`model.weights\`.`;

const dropout: Change = ({ model }) => {
  const share = Number(model.with['dropout'] ?? 0);
  if (!isOwn(model.use, '@raremask/unet') || share <= 0.8) return undefined;
  return `Lower \`model.with.dropout: 0.2\` ${now(share)}.`;
};

const norm: Change = ({ model }) =>
  isOwn(model.use, '@raremask/unet') && model.with['norm'] === 'none'
    ? `Set \`model.with.norm: batch\` ${now('none')}: without a normalisation such networks learn at small rates alone.`
    : undefined;

const intensities: Change = ({ normalize }) =>
  normalize === 'none'
    ? `Bring intensities to one scale: \`data.normalize: set\` ${now(normalize)}.`
    : undefined;

/** Option of a loss of ours that is beyond a limit. */
function lossOption(
  family: string,
  option: string,
  beyond: (value: number) => boolean,
  words: (setting: string, value: number) => string,
): Change {
  return ({ losses }) => {
    for (const [index, { use, with: own }] of losses.entries()) {
      const value = own[option];
      if (!isOwn(use, family) || typeof value !== 'number' || !beyond(value)) continue;
      return words(`loss[${index}].with.${option}`, value);
    }
    return undefined;
  };
}

const lossClip = lossOption(
  '@raremask/loss-dice',
  'clip',
  (most) => most < 1,
  (setting, most) =>
    `Leave out \`${setting}\` ${now(most)}: a loss above it is constant, and at the beginning all are.`,
);

const focus = lossOption(
  '@raremask/loss-ce',
  'gamma',
  (power) => power > 5,
  (setting, power) =>
    `Lower \`${setting}: 2\` ${now(power)}: a pixel that is half right has hardly a gradient.`,
);

const labelSmoothing = lossOption(
  '@raremask/loss-ce',
  'labelSmoothing',
  (share) => share > 0.3,
  (setting, share) =>
    `Lower \`${setting}: 0\` ${now(share)}: so much of each truth says nothing of the class.`,
);

/** Ratio of what an alarm and a miss cost, in the one direction or the other. */
function tversky(isFar: (alarms: number, misses: number) => boolean, what: string): Change {
  return ({ losses }) => {
    const at = losses.findIndex(
      ({ use, with: own }) =>
        /^@raremask\/loss-dice\/(focal-)?tversky$/.test(use) &&
        isFar(Number(own['alarms'] ?? 0.3), Number(own['misses'] ?? 0.7)),
    );
    if (at < 0) return undefined;
    const { alarms = 0.3, misses = 0.7 } = losses[at]!.with;
    return `Weigh both errors: \`loss[${at}].with.alarms: 0.3\` ${now(alarms)} and \`loss[${at}].with.misses: 0.7\` ${now(misses)}: ${what}.`;
  };
}

const dearAlarms = tversky(
  (alarms, misses) => alarms > 5 * misses,
  'predicting nothing costs least',
);
const dearMisses = tversky(
  (alarms, misses) => misses > 20 * alarms,
  'predicting everything costs least',
);

/** Times that a class may count beside another before it decides alone. */
const UNEVEN = 20;

/** Maps of how often a pixel of a class counts, with the setting that each is. */
function pixelCounts({ losses, pixelWeights }: ManifestView): [string, unknown][] {
  return [
    ...losses.flatMap(({ use, with: own }, index): [string, unknown][] =>
      isOwn(use, '@raremask/loss-ce')
        ? [[`loss[${index}].with.classWeights`, own['classWeights']]]
        : isOwn(use, '@raremask/loss-dice')
          ? [[`loss[${index}].with.multiplicity`, own['multiplicity']]]
          : [],
    ),
    ['data.pixelWeights', pixelWeights],
  ];
}

function uneven(isFar: (background: number, foreground: number) => boolean, what: string): Change {
  return (manifest) => {
    for (const [setting, value] of pixelCounts(manifest)) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
      const { background = 1, ...others } = value as Record<string, number>;
      const foreground = Object.values(others);
      if (!isFar(background, foreground.length === 0 ? 1 : Math.max(...foreground))) continue;
      return `Leave out \`${setting}\` ${now(value)}, or bring its numbers together: ${what}.`;
    }
    return undefined;
  };
}

const heavyForeground = uneven(
  (background, foreground) => foreground > UNEVEN * background,
  'an alarm costs next to nothing beside a miss',
);
const heavyBackground = uneven(
  (background, foreground) => background > UNEVEN * foreground,
  'a miss costs next to nothing beside an alarm',
);

/** Below it a plain gradient step hardly moves; optimizers that divide by the gradient's size do not mind. */
const FAINT = 0.01;

const faintTerms: Change = ({ losses, optimizer }) => {
  const weights = losses.flatMap(({ weight }) => (typeof weight === 'number' ? [weight] : []));
  if (optimizer.use !== 'sgd' || weights.length < losses.length) return undefined;
  if (weights.length === 0 || Math.max(...weights) >= FAINT) return undefined;
  return `Raise the weights of the terms: \`loss[0].weight: 1\` ${now(weights[0])}, and the others with it.`;
};

const longWarmup: Change = ({ warmup, epochs, budget }) =>
  budget === null && warmup > 1 && 2 * warmup > epochs
    ? `Let the rate rise in fewer epochs: \`train.schedule.warmup: 1\` ${now(warmup)}, of ${epochs} in all.`
    : undefined;

const rate: Change = (manifest) =>
  manifest.learningRate > 30 * usualRate(manifest) ? lowerRate(manifest) : undefined;

const EXTREMES: readonly Extreme[] = [
  { against: [...NOT_LEARNT, ...LOUD, 'statistics', 'lost'], change: rate },
  { against: [...NOT_LEARNT, 'lost', 'saturated'], change: decay },
  { against: [...NOT_LEARNT, 'lost', 'alarms'], change: memory },
  { against: [...NOT_LEARNT, ...LOUD], change: frozen },
  { against: [...NOT_LEARNT, 'alarms', 'statistics'], change: dropout },
  { against: [...NOT_LEARNT, 'saturated', 'rate-too-high'], change: norm },
  { against: [...NOT_LEARNT, 'saturated', 'rate-too-high', 'alarms'], change: intensities },
  { against: NOT_LEARNT, change: lossClip },
  { against: [...NOT_LEARNT, ...LOUD], change: focus },
  { against: [...NOT_LEARNT, 'alarms'], change: labelSmoothing },
  { against: NOT_LEARNT, change: dearAlarms },
  { against: [...LOUD, 'loss-constant'], change: dearMisses },
  { against: [...LOUD, 'term-outweighs'], change: heavyForeground },
  { against: NOT_LEARNT, change: heavyBackground },
  { against: NOT_LEARNT, change: faintTerms },
  { against: NOT_LEARNT, change: longWarmup },
];

/** What to change first: settings that are so far from the usual that they may be the cause of a problem. */
export function extremesOf(problem: Problem, manifest: ManifestView, seen: Seen): string[] {
  return EXTREMES.flatMap(({ against, change }) =>
    against.includes(problem) ? (change(manifest, seen) ?? []) : [],
  );
}
