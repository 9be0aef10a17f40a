import { at, type Differing, fault, type Place, reason } from '../errors.ts';

const shown = (value: unknown) =>
  value instanceof Promise
    ? 'a promise'
    : (JSON.stringify(value, (_, one) =>
        typeof one === 'number' && !Number.isFinite(one) ? `${one}` : one,
      ) ?? 'nothing');

export function scoreThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_SCORE_THROWS',
      where: at(place),
      what: 'the score throws',
      expected: 'numbers of every image, those without foreground and those without alarms too',
      got: reason(cause),
      remedy:
        'give null where an image says nothing; what it cannot do at all, say in create by a RaremaskError of the category manifest',
    },
    cause,
  );
}

export function scoreText(where: string, member: string, expected: string, got: unknown) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_TEXT',
    where,
    what: `${member} does not say what tables and reports show`,
    expected,
    got: shown(got),
    remedy: 'write it as core describes the members of a score',
  });
}

export function notNumbers(place: Place, got: unknown) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_NUMBERS',
    where: at(place),
    what: 'measure gives no usable numbers',
    expected: 'an object of finite numbers by name, null where the image is left out',
    got: shown(got),
    remedy: 'look at divisions by an empty truth or an empty prediction first',
  });
}

export function otherNames(place: Place, expected: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_NAMES',
    where: at(place),
    what: 'measure gives other numbers than of an earlier image',
    expected,
    got: got === '' ? 'none' : got,
    remedy: 'give every number of every image, as null where the image is left out of it',
  });
}

export function notSummed(place: Place, got: unknown) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_SUM',
    where: at(place),
    what: 'of gives no usable number',
    expected: 'a finite number, or null where the score does not exist',
    got: shown(got),
    remedy: 'use set.mean, or look whether set.count is 0 before dividing',
  });
}

export function noShare(place: Place, got: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_SHARE',
    where: at(place),
    what: 'the score says that it is a share, and is none',
    expected: 'a number from 0 to 1',
    got: String(got),
    remedy: 'mend the formula, or give it another unit',
  });
}

export function truthIsWorse(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_DIRECTION',
    where: at(place),
    what: 'the truth itself as prediction scores worse than another prediction',
    expected,
    got,
    remedy: 'mend the formula, or better: it says which way is better',
  });
}

export function predictionUnseen(where: string, got: number | null) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_BLIND',
    where,
    what: 'the score is the same whatever is predicted',
    expected: 'another number for what is found, missed and falsely predicted',
    got: String(got),
    remedy: 'look whether the formula sees the prediction',
  });
}

export function ignoredSeen(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_IGNORED',
    where: at(place),
    what: 'pixels that are not scored change the score',
    expected: `${expected}, as without them`,
    got,
    remedy: 'count the pixels of the mask scored, not the length of the image',
  });
}

export function scoreNotPure(place: Place, how: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCORE_STATE',
    where: at(place),
    what: `the score of the same images is another one ${how}`,
    expected,
    got,
    remedy: 'keep nothing between calls: what is needed of an image, measure gives as a number',
  });
}

export function unclearSpacing(where: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_SCORE_SPACING',
      where,
      what: 'the score fails where the size of a pixel is not known, and does not say so',
      expected: 'a score in pixels, or a RaremaskError of the category data or manifest',
      got: reason(cause),
      remedy: 'look whether spacing is there before it is used',
    },
    cause,
  );
}
