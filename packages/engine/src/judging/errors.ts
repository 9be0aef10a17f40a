import { isRaremaskError, RaremaskError } from '@raremask/core';
import { pluginThrew } from '../guard/errors.ts';

const REMEDY = 'mend the score, or take it out of evaluate.scores';
const IN_A_RUN = `${REMEDY}; a run that stopped here is as its last checkpoint says, and raremask resume goes on with its validation`;

export function scoreMalformed(
  place: string,
  member: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SCORE_MALFORMED',
    category: 'plugin',
    where: place,
    what: `the score's ${member} is unusable`,
    expected,
    got,
    remedy: 'mend the score, or tell its author',
  });
}

export function scoreFailed(
  place: string,
  what: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  const text = `the score threw while ${what}`;
  return pluginThrew('RAREMASK_SCORE_FAILED', place, text, cause, { url, remedy: IN_A_RUN });
}

export function scoreValue(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SCORE_VALUE',
    category: 'plugin',
    where: place,
    what: `the score gave no usable number while ${what}`,
    expected,
    got,
    remedy: IN_A_RUN,
  });
}

/** The same of a score that is only tried: there is no run yet to go on with. */
export function beforeTheRun(error: unknown): unknown {
  if (!isRaremaskError(error) || error.parts.remedy !== IN_A_RUN) return error;
  return new RaremaskError({ ...error.parts, remedy: REMEDY }, { cause: error.cause });
}

export function gateWithoutHead(gate: number | 'auto'): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_GATE_WITHOUT_HEAD',
    category: 'manifest',
    where: 'evaluate.gate',
    what: 'the model does not say whether an image has any structure, so that there is nothing to gate by',
    expected: 'a model with an image output',
    got: String(gate),
    remedy:
      'give the model one (@raremask/unet: model.with.imageHead: 0.5), or leave evaluate.gate out',
  });
}

export function logitsNotFinite(id: string, got: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LOGITS_NOT_FINITE',
    category: 'run',
    where: id,
    what: 'what the network says of the image is not finite, although its weights are',
    expected: 'finite logits',
    got: String(got),
    remedy:
      'look at the image for values far from the others; in training lower train.optimizer.learningRate or set train.clip: 1; of a trained run take its other checkpoint (--checkpoint)',
  });
}
