import type { ManifestView } from './manifestView.ts';
import type { Seen } from './seen.ts';

/** One change of a manifest, in a sentence with its settings in backticks; undefined where it has it. */
export type Change = (manifest: ManifestView, seen: Seen) => string | undefined;

const SAMPLER = '@raremask/sampler';
/** Whether a plugin is one of a package of ours. */
export const isOwn = (use: string, name: string) => use === name || use.startsWith(`${name}/`);
const diceOf = ({ losses }: ManifestView) =>
  losses.flatMap((loss, index) =>
    isOwn(loss.use, '@raremask/loss-dice') ? [{ ...loss, index }] : [],
  );
const hasPixelLoss = ({ losses }: ManifestView) =>
  losses.some(
    ({ use }) => isOwn(use, '@raremask/loss-ce') || use === '@raremask/loss-dice/unified-focal',
  );
/** What a setting is in this manifest. */
export const now = (value: unknown) => `(${JSON.stringify(value) ?? 'left out'} now)`;

/** The share of images with foreground, at the least over the epochs; undefined as in the data. */
function foregroundShare({ sampler }: ManifestView): number | undefined {
  const share = sampler.with['foreground'] ?? 'natural';
  if (typeof share === 'number') return share;
  if (typeof share !== 'object' || share === null) return undefined;
  const { from, to } = share as { from?: number; to?: number };
  return Math.max(from ?? 0, to ?? 0);
}

export const lastBias: Change = ({ model }) => {
  const bias = model.with['lastBias'] ?? 'foreground-share';
  if (!isOwn(model.use, '@raremask/unet') || bias === 'foreground-share') return undefined;
  return `Set \`model.with.lastBias: foreground-share\` ${now(bias)}, so that the first epochs are not spent on unlearning foreground, or background.`;
};

export const moreForeground: Change = (manifest, seen) => {
  const { sampler } = manifest;
  const share = foregroundShare(manifest) ?? seen.foregroundShare;
  if (!isOwn(sampler.use, SAMPLER) || (share !== undefined && share >= 0.5)) return undefined;
  const kept = sampler.with['emptyImages'] ?? 'keep';
  const instead = kept === 'keep' ? '' : ' in the place of `sampler.with.emptyImages`';
  return `Show more foreground: \`sampler.with.foreground: 0.5\`${instead} ${now(sampler.with['foreground'] ?? 'natural')}.`;
};

export const everyBatch: Change = (manifest, seen) => {
  const { sampler, batch } = manifest;
  if (!isOwn(sampler.use, SAMPLER) || Number(sampler.with['atLeast'] ?? 0) > 0) return undefined;
  const share = foregroundShare(manifest) ?? seen.foregroundShare ?? 0;
  // As they come, a batch may still show none; of so many, hardly ever.
  if (share * batch >= (foregroundShare(manifest) === undefined ? 4 : 1)) return undefined;
  return 'Let every batch show foreground: `sampler.with.atLeast: 1`.';
};

export const centred: Change = ({ sampler }) => {
  const share = sampler.with['centred'] ?? 0;
  if (!isOwn(sampler.use, SAMPLER) || sampler.with['window'] === undefined) return undefined;
  if (typeof share !== 'number' || share >= 0.5) return undefined;
  return `Lay windows around structures: \`sampler.with.centred: 0.75\` ${now(share)}.`;
};

export const lessForeground: Change = (manifest) => {
  const { sampler } = manifest;
  const share = foregroundShare(manifest);
  if (!isOwn(sampler.use, SAMPLER) || share === undefined || share <= 0.5) return undefined;
  return `Show more images without foreground: \`sampler.with.foreground: 0.5\` ${now(sampler.with['foreground'])}, or \`natural\` for all of them.`;
};

export const scoredForeground: Change = ({ split }) => {
  if (typeof split['validation'] !== 'number') {
    return 'Put images with foreground into the list of this split: `data.split`.';
  }
  if (split['stratify'] === false) {
    return `Let each split have its part of them: \`data.split.stratify: true\` ${now(false)}.`;
  }
  return 'Get more images with foreground: there are not enough for training and validation.';
};

export const keepEmpty: Change = ({ sampler }) => {
  const kept = sampler.with['emptyImages'] ?? 'keep';
  if (!isOwn(sampler.use, SAMPLER) || kept === 'keep' || kept === 1) return undefined;
  return `Let images without foreground take part: \`sampler.with.emptyImages: keep\` ${now(kept)}.`;
};

export const hardNegatives: Change = ({ sampler }) => {
  if (!isOwn(sampler.use, SAMPLER) || sampler.with['hardNegatives'] !== undefined) return undefined;
  return 'Draw empty images with alarms more often: `sampler.with.hardNegatives: {}`.';
};

export const addPixelLoss: Change = (manifest) =>
  hasPixelLoss(manifest)
    ? undefined
    : 'Add a loss that hears every pixel, `{ use: "@raremask/loss-ce" }`, to `loss`.';

export const addOverlapLoss: Change = (manifest) =>
  diceOf(manifest).length > 0
    ? undefined
    : 'Add a loss that weighs a small structure as heavily as the background around it, `{ use: "@raremask/loss-dice", with: { pool: batch } }`, to `loss`.';

export const poolDice: Change = (manifest) => {
  const alone = diceOf(manifest).find(({ with: own }) => (own['pool'] ?? 'image') === 'image');
  if (alone === undefined) return undefined;
  return `Set \`loss[${alone.index}].with.pool: batch\` ${now(alone.with['pool'] ?? 'image')}: one quotient for the images of a batch hears alarms on empty ones.`;
};

/** Policies by which an overlap loss of single images does not hear empty ones. */
const DEAF = ['smooth', 'ignore'];

export const hearEmpty: Change = (manifest) => {
  const deaf = diceOf(manifest).find(
    ({ with: own }) =>
      (own['pool'] ?? 'image') === 'image' &&
      DEAF.includes(String(own['empty'] ?? 'cross-entropy')),
  );
  if (deaf === undefined) return undefined;
  return `Set \`loss[${deaf.index}].with.empty: cross-entropy\` ${now(deaf.with['empty'])}: an image without foreground is then learnt from pixel by pixel.`;
};

export const lessSmoothing: Change = (manifest) => {
  const smooth = diceOf(manifest).find(({ with: own }) => Number(own['smooth'] ?? 0) > 1);
  if (smooth === undefined) return undefined;
  return `Set \`loss[${smooth.index}].with.smooth: 0.00001\` ${now(smooth.with['smooth'])}: smoothing near the size of a structure rewards predicting nothing.`;
};

/** A term of no weight, or of one far from the others'. */
export const evenWeights: Change = ({ losses }) => {
  const weights = losses.map(({ weight }) => (typeof weight === 'number' ? weight : undefined));
  const known = weights.filter((weight) => weight !== undefined);
  if (known.length < 2 || Math.max(...known) === Math.min(...known)) return undefined;
  const at = weights.indexOf(Math.max(...known));
  const rest = Math.max(...known.filter((weight) => weight !== weights[at]));
  return `Bring the weights of the terms together: \`loss[${at}].weight: ${rest > 0 ? rest : 1}\` ${now(weights[at])}.`;
};

export const softerClassWeights: Change = ({ losses }) => {
  const at = losses.findIndex(
    ({ use, with: own }) =>
      isOwn(use, '@raremask/loss-ce') &&
      (typeof own['classWeights'] === 'string' ||
        Object.values((own['classWeights'] ?? {}) as object).some((weight) => weight > 5)),
  );
  if (at < 0) return undefined;
  return `Lower \`loss[${at}].with.classWeights\` ${now(losses[at]!.with['classWeights'])}, or leave them out: each makes a miss cost more than an alarm.`;
};

/** Learning rates at which the standard optimizers are used. */
const USUAL: Readonly<Record<string, number>> = { sgd: 1e-2, lion: 1e-4 };
export const usualRate = ({ optimizer }: ManifestView) => USUAL[optimizer.use] ?? 1e-3;

export const lowerRate = ((manifest: ManifestView) => {
  const { learningRate } = manifest;
  const usual = usualRate(manifest);
  const to = learningRate > 3 * usual ? usual : learningRate / 10;
  return `Lower \`train.optimizer.learningRate: ${Number(to.toPrecision(2))}\` ${now(learningRate)}.`;
}) satisfies Change;

export const rateIfHigh: Change = (manifest) =>
  manifest.learningRate > 5 * usualRate(manifest) ? lowerRate(manifest) : undefined;

export const rateIfLow: Change = (manifest) => {
  const usual = usualRate(manifest);
  if (manifest.learningRate > usual / 30) return undefined;
  return `Raise \`train.optimizer.learningRate: ${usual}\` ${now(manifest.learningRate)}.`;
};

export const clip: Change = (manifest) =>
  manifest.clip !== null && manifest.clip <= 1
    ? undefined
    : `Set \`train.clip: 1\` ${now(manifest.clip)}.`;

export const unclip: Change = ({ clip: most }) =>
  most !== null && most < 0.01 ? `Raise \`train.clip: 1\` ${now(most)}.` : undefined;

export const warmup: Change = (manifest) =>
  manifest.warmup > 0 ? undefined : 'Let the rate rise: `train.schedule.warmup: 1`.';

export const otherNorm: Change = ({ model }) => {
  const norm = model.with['norm'] ?? 'batch';
  if (!isOwn(model.use, '@raremask/unet') || norm !== 'batch') return undefined;
  return `Set \`model.with.norm: instance\` ${now(norm)}: it has no running statistics, and small batches do it no harm.`;
};

export const largerBatch: Change = ({ batch }) =>
  batch >= 8
    ? undefined
    : `Give batch normalisation more to average over: \`train.batch: 8\` ${now(batch)}.`;

export const minimumSize: Change = ({ minimumSize: size }) =>
  size !== 0
    ? undefined
    : 'Leave out predicted structures that are too small to be any: `evaluate.minimumSize: auto`.';

/** Epochs below which a run may just have been too short. */
const SHORT = 20;
/** Steps after which a network has hardly begun, whatever its settings. */
const HARDLY = 150;

export const moreEpochs: Change = ({ epochs, budget }) =>
  budget !== null || epochs >= SHORT
    ? undefined
    : `Train longer: \`train.epochs: 40\` ${now(epochs)}.`;

export const hardlyBegun: Change = ({ epochs, budget }, { steps = Number.POSITIVE_INFINITY }) => {
  if (steps >= HARDLY) return undefined;
  const why = `About ${steps} steps are too few for any network, and say nothing of the other settings.`;
  if (budget !== null) return `Train longer: a larger \`train.budget\` ${now(budget)}. ${why}`;
  const enough = Math.ceil((epochs * 10 * HARDLY) / Math.max(1, steps));
  return `Train longer: \`train.epochs: ${enough}\` ${now(epochs)}. ${why}`;
};
