import { RaremaskError } from '@raremask/core';
import type { Culprit } from '../step/culprit.ts';

export function resumeRefused(folder: string, reasons: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RESUME_REFUSED',
    category: 'manifest',
    where: folder,
    what: `a run that goes on cannot follow ${reasons.length === 1 ? 'this change' : 'these changes'}: ${reasons.join('; ')}`,
    expected: 'the settings that the run began with',
    remedy: 'leave them out here, or train anew with them; nothing was written',
  });
}

/** A stop after which the run goes on: the command ends with the code of one that was interrupted. */
export function deviceLost(folder: string, cause: Error): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_GPU_LOST',
      category: 'interrupted',
      where: folder,
      what: 'the GPU is lost, and with it what was computed since the last checkpoint',
      got: cause.message,
      remedy: `raremask resume ${folder}; where the GPU stays away, with --backend compiled. The system's log says why it went`,
    },
    { cause },
  );
}

export function notFiniteLoss(facts: {
  readonly epoch: number;
  readonly step: number;
  readonly ids: readonly string[];
  readonly terms: readonly { readonly place: string; readonly value: number }[];
  /** What messages call the data set. */
  readonly data: string;
  readonly gradientNorm: number;
  /** Who made it; undefined where nobody has looked, as of several processes. */
  readonly culprit: Culprit | undefined;
  /** Whether products were in float16, and the culprit looked for in float32. */
  readonly isFloat16: boolean;
  readonly lastCheckpoint: string | null;
}): RaremaskError {
  const { culprit, ids } = facts;
  const when = `epoch ${facts.epoch}, step ${facts.step}`;
  const broken = facts.terms.filter(({ value }) => !Number.isFinite(value));
  const seen =
    broken.length > 0
      ? broken.map(({ place, value }) => `${place} = ${value}`).join(', ')
      : `the gradient (norm ${facts.gradientNorm}); every loss term is finite: ${facts.terms
          .map(({ place, value }) => `${place} = ${value.toPrecision(4)}`)
          .join(', ')}`;
  const of = culprit?.image === undefined ? '' : ` of ${ids[culprit.image]}:`;
  const found = culprit === undefined ? '' : `;${of} ${culprit.text}`;
  const where = culprit?.cause === 'batch' ? facts.data : culprit?.plugin?.place;
  const isNarrow = facts.isFloat16 && (culprit === undefined || culprit.cause === 'change');
  const last = facts.lastCheckpoint ? `; the last good state is ${facts.lastCheckpoint}` : '';
  return new RaremaskError({
    code: 'RAREMASK_LOSS_NOT_FINITE',
    category: 'run',
    where: where ?? when,
    what: `${where === undefined ? '' : `in ${when} `}the loss is not finite: ${seen}${found}; the batch was ${ids.join(', ')}`,
    expected: 'finite numbers; the weights before this step are kept',
    remedy: `${isNarrow ? NARROW : REMEDIES[culprit?.cause ?? 'growth']}${last}`,
  });
}

/** The step is finite in float32, or nobody has looked. */
const NARROW =
  'numbers of the network itself have left the range of float16 (65504), which no scale of the loss changes: set precision: float32, or lower train.optimizer.learningRate';

const REMEDIES: Readonly<Record<Culprit['cause'], string>> = {
  plugin:
    'keep its numbers where the operation and its slope are finite (add a small number before a logarithm, a root or a division), or tell the author of the plugin',
  batch: 'look at this image, at data.normalize and at the augmentations, which are finite before',
  state: 'lower train.optimizer.learningRate, or set train.clip: 1',
  growth: 'look at these images, lower train.optimizer.learningRate, or set train.clip: 1',
  change:
    'look for a counter, a clock or random numbers in the losses and the model; if they have none, try --backend wasm',
};
