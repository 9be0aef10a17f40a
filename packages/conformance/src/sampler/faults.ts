import { at, type Differing, fault, type Place, reason } from '../errors.ts';

export function notInSurvey(id: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SURVEY_ID',
    where: 'survey',
    what: `no image has the id ${id}`,
    expected: 'an id of survey.train',
    got: id,
    remedy: 'ask for ids of survey.train',
  });
}

export function samplerThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_SAMPLER_THROWS',
      where: at(place),
      what: 'the sampler throws',
      expected:
        'batches, or a RaremaskError of the category data or manifest that says what the images do not allow',
      got: reason(cause),
      remedy:
        'think of images without foreground, of images that all have it, and of a single image',
    },
    cause,
  );
}

export function endlessEpoch(place: Place, batches: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_ENDLESS',
    where: at(place),
    what: 'the epoch does not end',
    expected: 'an iterable that comes to its end',
    got: `more than ${batches} batches`,
    remedy: 'count the batches of an epoch',
  });
}

export function malformedDraw(place: Place, expected: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_DRAW',
    where: at(place),
    what: 'a batch is no list of draws',
    expected,
    got,
    remedy: 'yield lists of { id } or { id, window: { origin, size } }',
  });
}

export function batchCount(place: Place, expected: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_BATCH_SIZE',
    where: at(place),
    what: 'a batch, or an epoch, has a wrong number of draws',
    expected,
    got,
    remedy:
      'fill batches up to the batchSize service; only the last one of an epoch may be smaller, and none is empty',
  });
}

export function sharedBatch(place: Place) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_SHARED_BATCH',
    where: at(place),
    what: 'one list is handed over for several batches',
    expected: 'a list of its own for every batch, as batches are read ahead',
    got: 'the same list twice',
    remedy: 'make a new list for every batch',
  });
}

export function unknownDraw(place: Place, id: string, train: readonly string[]) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_UNKNOWN_ID',
    where: at(place),
    what: 'an image is drawn that the training split has not',
    expected: `one of ${train.slice(0, 3).join(', ')}${train.length > 3 ? ', ...' : ''}`,
    got: id,
    remedy: 'draw ids of survey.train as they are',
  });
}

export function windowCannotBeCut(
  place: Place,
  what: string,
  size: readonly number[],
  got: string,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_WINDOW',
    where: at(place),
    what,
    expected: `whole pixels of a box that overlaps the image of [${size.join(', ')}]`,
    got,
    remedy: 'take the number of axes and the extents from survey.image(id).size',
  });
}

export function windowNotDeclared(place: Place, declared: string | undefined, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_WINDOW_SIZE',
    where: at(place),
    what: 'the windows drawn are not those declared, by which a model is chosen or refused before training',
    expected:
      declared === undefined ? 'whole images, as window is not declared' : `windows of ${declared}`,
    got,
    remedy: 'give the sampler the member window, the size of all windows that it draws',
  });
}

export function seedNotEnough(place: Place, epoch: number, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_SEED',
    where: at(place),
    what: `two samplers of the same seed draw differently in epoch ${epoch}`,
    expected,
    got,
    remedy:
      'draw from the rng service alone: no clock, no Math.random, nothing that modules remember',
  });
}

export function samplerNotPure(
  place: Place,
  epoch: number,
  asked: string,
  { expected, got }: Differing,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_NOT_PURE',
    where: at(place),
    what: `epoch ${epoch} has other batches when it is asked for ${asked}`,
    expected,
    got,
    remedy:
      'take a stream for every epoch, a fork of rng whose name holds its number, inside batches, and keep nothing from one call to the next',
  });
}

export function repeatsEpoch(place: Place, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_REPEATS',
    where: at(place),
    what: 'every epoch has the same batches in the same order',
    expected: 'another order or other images from epoch to epoch',
    got: `${got} first in epochs 0 to 3`,
    remedy:
      'let the name of the fork hold the epoch; a sampler that repeats itself on purpose is checked with varies: false',
  });
}

export function samplerIgnoresSeed(place: Place) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_IGNORES_SEED',
    where: at(place),
    what: 'another seed of the run draws the same batches',
    expected: 'batches that follow from the rng service',
    got: 'the same batches for two seeds, in epochs 0 to 3',
    remedy:
      'use the rng service instead of a generator with a seed of its own; a sampler without chance is checked with varies: false',
  });
}

export function unlikeAfterResume(
  place: Place,
  when: string,
  hasState: boolean,
  { expected, got }: Differing,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_RESUME',
    where: at(place),
    what: `${when}, draws other batches than without the interruption`,
    expected,
    got,
    remedy: hasState
      ? 'let state hold all that feedback has changed, at any step, and let restore put all of it back'
      : 'offer state and restore, which hold all that feedback has changed',
  });
}

export function feedbackInEpoch(
  place: Place,
  epoch: number,
  step: number,
  { expected, got }: Differing,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_FEEDBACK',
    where: at(place),
    what: `feedback after batch ${step} of epoch ${epoch} changes that epoch, so that it cannot be resumed in the middle`,
    expected,
    got,
    remedy:
      'let what observe hears count from the next epoch on; the argument epoch of observe says which that is, asking for batches does not',
  });
}

export function oneSideOfState(place: Place, present: 'state' | 'restore') {
  const missing = present === 'state' ? 'restore' : 'state';
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_HALF_STATE',
    where: at(place),
    what: `the sampler has ${present} without ${missing}`,
    expected: 'both, or neither',
    got: present,
    remedy: `add ${missing}, or leave ${present} out`,
  });
}

export function stateNotJson(place: Place, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_STATE',
    where: at(place),
    what: 'the state does not come back from a checkpoint as it was',
    expected: 'null, true, false, finite numbers, text, lists and plain objects',
    got,
    remedy: 'turn maps, sets, typed arrays and undefined into lists and null',
  });
}

export function stateStillWritten(place: Place) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SAMPLER_LIVE_STATE',
    where: at(place),
    what: 'a state that was handed over changes when training goes on',
    expected: 'a state that stays as it was when it was asked for',
    got: 'an object that the sampler goes on writing into',
    remedy: 'return a copy from state, and copy what restore is given',
  });
}
