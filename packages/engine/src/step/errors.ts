import { RaremaskError } from '@raremask/core';
import type { GradientGap } from '@raremask/core/loss';
import { pluginGave, pluginThrew } from '../guard/errors.ts';
import { atLine } from '../guard/reason.ts';
import type { Unusable } from './state.ts';

export function modelFailed(
  place: string,
  what: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  const text = `the model threw in ${what}`;
  return pluginThrew('RAREMASK_MODEL_FAILED', place, text, cause, { url });
}

export function modelResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return pluginGave('RAREMASK_MODEL_RESULT', place, `the model gave ${what}`, expected, got);
}

export function modelWithoutGradient(
  place: string,
  { kernel, instead }: GradientGap,
  line: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MODEL_GRADIENT',
    category: 'plugin',
    where: place,
    what: `the logits depend on the weights through ${kernel}${atLine(line)}, and no gradient goes through that`,
    expected: 'operations that have a gradient, from the weights to the logits',
    remedy: instead,
  });
}

export function modelUnrelated(place: string, name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MODEL_GRADIENT',
    category: 'plugin',
    where: place,
    what: `no operation leads from the weight ${name} to the logits, so that it cannot be trained`,
    expected: 'every weight that the model declares in what it gives, in each call of forward',
    remedy: 'take the weights from what forward is given, and declare no other',
  });
}

export function optimizerFailed(
  place: string,
  what: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  const text = `the optimizer threw in ${what}`;
  return pluginThrew('RAREMASK_OPTIMIZER_FAILED', place, text, cause, { url });
}

export function optimizerResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return pluginGave(
    'RAREMASK_OPTIMIZER_RESULT',
    place,
    `the optimizer gave ${what}`,
    expected,
    got,
  );
}

const STATE_REMEDIES: Readonly<Record<Unusable['of'], string>> = {
  update:
    'lower train.optimizer.learningRate, set train.clip: 1, or mend the optimizer if it is your own',
  model: 'mend the model where it gives its buffers, or tell its author',
  gradient: 'train with train.accumulate: 1, which names the loss or model whose gradient it is',
};

/** How a state that is not finite was met. */
export interface MetState {
  /** The step that made it, or by which it was made: `in epoch 1, step 2`. */
  readonly when: string;
  /** The operation that made it, with its line, where it could be computed once more. */
  readonly operation?: string | undefined;
  /** What has become of it. */
  readonly kept: string;
}

/** @param place of who made it: the optimizer, of a running statistic the model, of a gathered gradient the batches */
export function stateNotFinite(
  place: string,
  { name, of }: Unusable,
  { when, operation, kept }: MetState,
): RaremaskError {
  const call = of === 'update' ? 'an update' : 'a step';
  const sound = of === 'gradient' ? 'the loss was' : 'loss and gradient were';
  const by = operation === undefined ? '' : `; ${operation}`;
  return new RaremaskError({
    code: 'RAREMASK_STATE_NOT_FINITE',
    category: 'run',
    where: place,
    what: `${when}: after ${call} ${name} is not finite, although ${sound}${by}`,
    expected: 'finite numbers',
    got: `NaN or infinity; ${kept}`,
    remedy: STATE_REMEDIES[of],
  });
}

export function scheduleFailed(
  place: string,
  what: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  const text = `the schedule threw in ${what}`;
  return pluginThrew('RAREMASK_SCHEDULE_FAILED', place, text, cause, { url });
}

export function scheduleResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return pluginGave('RAREMASK_SCHEDULE_RESULT', place, `the schedule gave ${what}`, expected, got);
}
