import { type ErrorParts, isRaremaskError, RaremaskError } from '@raremask/core';

/** Says what a plugin does that it must not, on which input, and what to do about it. */
export class ConformanceError extends RaremaskError {}

/** The plugin with its options and its task, and the input. */
export interface Place {
  readonly where: string;
  readonly label: string;
}

/** Two numbers that should be the same. */
export interface Differing {
  readonly expected: string;
  readonly got: string;
}

const at = ({ where, label }: Place) => `${where}, ${label}`;

function reason(error: unknown): string {
  if (isRaremaskError(error)) return error.message.replace(/\.+$/, '');
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** What a plugin does wrong, and what was thrown where something was. */
function fault(parts: Omit<ErrorParts, 'category'>, ...thrown: readonly unknown[]) {
  const options = thrown.length > 0 ? { cause: thrown[0] } : undefined;
  return new ConformanceError({ category: 'plugin', ...parts }, options);
}

// Any plugin

export function cannotMake(where: string, cause: unknown): ConformanceError {
  return new ConformanceError(
    {
      code: 'RAREMASK_CONFORMANCE_CREATE',
      category: 'plugin',
      where,
      what: 'the plugin cannot be made',
      got: reason(cause),
      remedy:
        'mend create; where options do not fit the facts, throw a RaremaskError of the category manifest',
    },
    { cause },
  );
}

export function optionsRefused(where: string, issues: readonly string[]): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_OPTIONS',
    category: 'manifest',
    where,
    what: 'the schema refuses the options',
    got: issues.join('; '),
    remedy: 'hand the checks options that the plugin takes, or mend the schema',
  });
}

export function notDeclared(where: string, field: string, expected: string, got: unknown) {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_DECLARATION',
    category: 'plugin',
    where,
    what: `the plugin has no usable ${field}`,
    expected,
    got: JSON.stringify(got) ?? 'nothing',
    remedy: 'declare it with the define function of its kind',
  });
}

export function takesUnknownOption(where: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_UNKNOWN_OPTION',
    category: 'plugin',
    where,
    what: 'the schema takes an option that does not exist',
    expected: 'a complaint about the option notAnOption',
    got: 'none, so that a typing error in a manifest would go unseen',
    remedy: 'make the schema strict, with zod z.strictObject instead of z.object',
  });
}

export function drawsOwnRandomNumbers(where: string, times: number): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_MATH_RANDOM',
    category: 'plugin',
    where,
    what: 'Math.random is called, so that no run can be repeated',
    expected:
      'random numbers from the rng service; unseeded tf.random functions and tf.dropout call it too',
    got: `${times} calls`,
    remedy: 'ask for rng in needs, or take the randomness out',
  });
}

export function noJsonSchema(where: string, got: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_OPTIONS_SCHEMA',
      where,
      what: 'the options have no JSON Schema of an object, so that no editor completes them and no table shows them',
      expected: 'a schema of the type object from ~standard.jsonSchema.input',
      got: got instanceof Error ? reason(got) : (JSON.stringify(got) ?? 'nothing'),
      remedy:
        'describe the options by a strict object, as zod z.strictObject does, without types that JSON has not',
    },
    ...(got instanceof Error ? [got] : []),
  );
}

export function changesGiven(place: Place, member: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_CHANGES_GIVEN',
    where: at(place),
    what: `the plugin changes ${member}, which others are given too`,
    expected: `${expected}, as it was`,
    got,
    remedy: 'copy before sorting, shuffling or filling in',
  });
}

export function makesTensors(where: string, kind: string, made: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MAKES_TENSORS',
    where,
    what: `${kind} makes tensors`,
    expected: 'plain numbers and typed arrays; it also lives in threads that have no backend',
    got: `${made} tensors`,
    remedy: 'compute with numbers and typed arrays',
  });
}

// Losses

export function lossThrows(place: Place, cause: unknown): ConformanceError {
  return new ConformanceError(
    {
      code: 'RAREMASK_CONFORMANCE_LOSS_THROWS',
      category: 'plugin',
      where: at(place),
      what: 'the loss, or its gradient, throws',
      expected: 'a value for every batch [batch, ...space, classes], 2-D and 3-D',
      got: reason(cause),
      remedy: 'take axes from the rank of the logits; leave the tensors of the input as they are',
    },
    { cause },
  );
}

export function lossShape(place: Place, images: number, got: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_SHAPE',
    category: 'plugin',
    where: at(place),
    what: 'the loss has a wrong shape',
    expected: `one float32 for each sample, [${images}], or a scalar`,
    got,
    remedy: 'reduce over all axes but the first',
  });
}

export function undeclaredScalar(place: Place): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_SCALAR',
    category: 'plugin',
    where: at(place),
    what: 'the loss returns a scalar without saying that it pools the batch',
    expected: 'one number for each sample, [batch], as poolsBatch is not true for these options',
    got: 'a scalar',
    remedy: 'leave the batch axis alone, or declare poolsBatch: () => true',
  });
}

export function notFinite(place: Place, what: 'value' | 'gradient', got: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_NOT_FINITE',
    category: 'plugin',
    where: at(place),
    what: `the ${what} is not finite`,
    expected: 'a finite value and gradient for every image',
    got,
    remedy:
      'use logProbabilities instead of a logarithm of probabilities, and guard every division and every root at 0, in the branch that tf.where does not take as well',
  });
}

export function seesHiddenPixels(
  place: Place,
  what: 'value' | 'gradient',
  { expected, got }: Differing,
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_WEIGHT_ZERO',
    category: 'plugin',
    where: at(place),
    what:
      what === 'value'
        ? 'the value changes with the logits of pixels of weight 0'
        : 'a pixel of weight 0 has a gradient',
    expected,
    got,
    remedy: 'multiply every term by weight before it is summed',
  });
}

export function dilutedByHidden(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_DILUTED',
    category: 'plugin',
    where: at(place),
    what: 'pixels of weight 0 are counted: the image without them has another value',
    expected: `${expected}, as without those pixels`,
    got,
    remedy: 'divide by the sum of the weights, not by the number of pixels',
  });
}

export function unlikeCopies(
  place: Place,
  what: 'value' | 'gradient',
  { expected, got }: Differing,
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_WEIGHT_TWO',
    category: 'plugin',
    where: at(place),
    what: `pixels of weight 2 are not like two copies: the ${what} differs`,
    expected: `${expected}, as with the pixels written twice`,
    got,
    remedy:
      'multiply by weight once in every sum, the one that is divided by included; a loss that sees neighbourhoods is checked with local: false',
  });
}

export function permutedBatch(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_BATCH_ORDER',
    category: 'plugin',
    where: at(place),
    what: 'a batch in another order does not have its values in that order',
    expected,
    got,
    remedy: 'treat every image of the batch in the same way',
  });
}

export function dependsOnNeighbours(
  place: Place,
  sample: number,
  { expected, got }: Differing,
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_NEIGHBOURS',
    category: 'plugin',
    where: at(place),
    what: `the value of sample ${sample} depends on its neighbours in the batch, which poolsBatch does not say`,
    expected: `${expected}, as alone`,
    got: `${got}, among the others`,
    remedy: 'reduce over all axes but the first, or declare poolsBatch: () => true',
  });
}

export function dependsOnPosition(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_POSITION',
    category: 'plugin',
    where: at(place),
    what: 'the value depends on where in the image a pixel lies',
    expected,
    got,
    remedy:
      'reduce over all space axes alike; the class axis is the last one; a loss that sees neighbourhoods is checked with local: false',
  });
}

export function volumeDiffers(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_VOLUME',
    category: 'plugin',
    where: at(place),
    what: 'the same pixels have another value as a volume than as an image',
    expected: `${expected}, as an image`,
    got,
    remedy: 'take the number of space axes from the rank of the logits',
  });
}

export function dependsOnClassOrder(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_CLASS_AXIS',
    category: 'plugin',
    where: at(place),
    what: 'the value changes when foreground classes change places in logits, truth and facts alike',
    expected,
    got,
    remedy:
      'reduce over the last axis, and over all of it; a loss that treats classes apart by their place is checked with alike: false',
  });
}

export function notSoftmax(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_SOFTMAX',
    category: 'plugin',
    where: at(place),
    what: 'the value changes when the logits of all classes of a pixel rise by the same number, although exclusive classes have a softmax',
    expected,
    got,
    remedy: 'use probabilities and logProbabilities of the input, which follow the task',
  });
}

export function rewardsMistakes(
  place: Place,
  { better, worse }: { readonly better: string; readonly worse: string },
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_REWARD',
    category: 'plugin',
    where: at(place),
    what: 'a better prediction costs more than a worse one, or nothing depends on the prediction',
    expected: `less than ${worse}`,
    got: better,
    remedy: 'check the sign, and the order of truth and prediction',
  });
}

export function mistakeIsFree(
  place: Place,
  mistake: 'false alarms' | 'missed pixels',
  { expected, got }: Differing,
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_FREE_MISTAKE',
    category: 'plugin',
    where: at(place),
    what: `${mistake} cost nothing in an image that has foreground`,
    expected: `more than ${expected}, which is the loss without them`,
    got,
    remedy: `let ${mistake} enter the loss`,
  });
}

export function wrongGradient(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_GRADIENT',
    category: 'plugin',
    where: at(place),
    what: 'the gradient is not that of the value, along most directions',
    expected: `${expected}, by differences of the value`,
    got,
    remedy:
      'mend the gradFunc of tf.customGrad, and look for parts that are cut out of the gradient',
  });
}

export function gradientCutOff(
  place: Place,
  mistake: 'false alarm' | 'missed pixel',
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_CUT_OFF',
    category: 'plugin',
    where: at(place),
    what: `the gradient is cut off: no ${mistake} has any, so that it is never mended`,
    expected: 'a gradient other than 0 on a wrong pixel of an image with foreground',
    got: '0',
    remedy: 'do not clip probabilities or values; use logProbabilities, which never reach infinity',
  });
}

export function missIsCheaper(
  place: Place,
  more: 'missed pixels' | 'false alarms',
  { missed, alarmed }: { readonly missed: string; readonly alarmed: string },
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_ASYMMETRY',
    category: 'plugin',
    where: at(place),
    what: `${more} do not cost more, as was expected of these options`,
    expected: `${more} cost more at as many hits`,
    got: `${missed} with missed pixels, ${alarmed} with as many false alarms`,
    remedy: 'look for alpha and beta, or truth and prediction, that have changed places',
  });
}

export function optionActsElsewhere(
  place: Place,
  option: string,
  mistake: 'missed pixels' | 'false alarms',
  { missed, alarmed }: { readonly missed: string; readonly alarmed: string },
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_OPTION',
    category: 'plugin',
    where: at(place),
    what: `the option ${option} does not weigh ${mistake}`,
    expected: `a loss that rises with the option where there are ${mistake}, and rises less where there are none`,
    got: `with ${option} doubled, ${missed} more for missed pixels and ${alarmed} more for false alarms`,
    remedy: 'look for alpha and beta, or truth and prediction, that have changed places',
  });
}

export function keepsTensors(place: Place, kept: number): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_KEEPS_TENSORS',
    category: 'plugin',
    where: at(place),
    what: 'the loss keeps tensors',
    expected: 'as many tensors after a call as before',
    got: `${kept} more after 3 calls`,
    remedy: 'make tensors in the call, without tf.keep and tf.variable; keep plain numbers',
  });
}

export function changesInput(place: Place, member: string, got: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_CHANGES_INPUT',
    category: 'plugin',
    where: at(place),
    what: `the loss changes ${member} of its input`,
    expected: 'an input that the next term of the loss finds as it was',
    got,
    remedy: 'dispose nothing of the input and write nothing into it',
  });
}

export function notPure(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_NOT_PURE',
    category: 'plugin',
    where: at(place),
    what: 'the same input has another value the second time',
    expected,
    got,
    remedy: 'let the loss remember nothing of earlier calls, and draw nothing at random',
  });
}

export function readsData(place: Place, times: number): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_READS_DATA',
    category: 'plugin',
    where: at(place),
    what: 'the loss reads the data of a tensor, which stops an accelerator at every step and cannot be compiled',
    expected: 'tensors alone, from logits to value',
    got: `${times} readings`,
    remedy:
      'replace data, dataSync, array and arraySync, and branches on them, by operations such as tf.where or tf.step',
  });
}

// Samplers

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

// Models

export function modelThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_MODEL_THROWS',
      where: at(place),
      what: 'the model, or its gradient, throws',
      expected:
        'logits for every batch [batch, ...space, channels] whose extents are multiples of multipleOf',
      got: reason(cause),
      remedy:
        'take the batch and the extents from the shape of the images; where images are too small, throw a RaremaskError of the category run',
    },
    cause,
  );
}

export function parameterFault(
  where: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_PARAMETER',
    where,
    what,
    expected,
    got,
    remedy: 'mend what the model declares in weights, buffers and multipleOf',
  });
}

export function otherFirstWeights(where: string, name: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_SEED',
    where,
    what: `two models of the same seed begin with different values of ${name}`,
    expected,
    got,
    remedy:
      'draw first values from the rng service alone, best from a fork of the name of the weight',
  });
}

export function modelIgnoresSeed(where: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_IGNORES_SEED',
    where,
    what: 'another seed of the run gives the same first weights',
    expected: 'first weights that follow from the rng service',
    got: 'the same values for two seeds',
    remedy:
      'use the rng service instead of a seed of its own; a model trained before is checked with seeded: false',
  });
}

export function modelShape(
  place: Place,
  expected: readonly number[],
  { dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_SHAPE',
    where: at(place),
    what: 'the logits have a wrong shape',
    expected: `float32 [${expected.join(', ')}], [batch, ...space, classes]`,
    got: `${dtype} [${shape.join(', ')}]`,
    remedy:
      'pad the convolutions, undo every pooling, and take the number of classes from the facts service',
  });
}

export function modelNotFinite(place: Place, what: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_NOT_FINITE',
    where: at(place),
    what: `not finite: ${what}`,
    expected: 'finite numbers for every image, also for one without contrast',
    got,
    remedy: 'add a small number to a variance before its root is taken or divided by',
  });
}

export function takesUnfitSize(place: Place, multipleOf: readonly number[]) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_TAKES_SIZE',
    where: at(place),
    what: 'the model takes a size that does not fit by its own multipleOf',
    expected: `a RaremaskError, as extents must be multiples of [${multipleOf.join(', ')}]`,
    got: 'logits',
    remedy: 'check the extents at the beginning of forward, or declare a smaller multipleOf',
  });
}

export function unclearSizeError(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_MODEL_SIZE_ERROR',
      where: at(place),
      what: 'the error for a size that does not fit does not say so',
      expected: 'a RaremaskError of the category run that names the size and what would fit',
      got: reason(cause),
      remedy:
        'compare the extents with multipleOf at the beginning of forward, and throw before the first operation',
    },
    cause,
  );
}

export function modelNotPure(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_NOT_PURE',
    where: at(place),
    what: 'the same call has another result the second time',
    expected,
    got,
    remedy: 'keep nothing from one call to the next: hand new statistics over in outputs.buffers',
  });
}

export function hiddenState(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_HIDDEN_STATE',
    where: at(place),
    what: 'two models of different seeds, with the same weights and buffers, give different results',
    expected,
    got,
    remedy:
      'list everything that is drawn by chance in weights or buffers; a checkpoint holds nothing else',
  });
}

export function modelNeighbours(place: Place, image: number, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_NEIGHBOURS',
    where: at(place),
    what: `the logits of image ${image} depend on its neighbours in the batch`,
    expected: `${expected}, as alone`,
    got: `${got}, among the others`,
    remedy:
      'normalise with buffers in inference, not with statistics of the batch, and look at mode',
  });
}

export function randomInference(place: Place, draws: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_RANDOM_INFERENCE',
    where: at(place),
    what: 'inference draws random numbers',
    expected: 'no call of uniform',
    got: `${draws} calls`,
    remedy: "leave dropout out where mode is 'infer'",
  });
}

export function dropoutElsewhere(place: Place, expected: boolean, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_DROPOUT',
    where: at(place),
    what: expected ? 'chance changes nothing in training' : 'training draws random numbers',
    expected: expected
      ? 'values that are set to 0 by the numbers of uniform'
      : 'no call of uniform with these options',
    got,
    remedy: "compare the numbers of uniform with the share, and multiply, where mode is 'train'",
  });
}

export function statisticsElsewhere(place: Place, together: boolean, differing?: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_STATISTICS',
    where: at(place),
    what: together
      ? 'training does not use statistics of the batch'
      : 'the logits of an image depend on its neighbours in training',
    expected: together
      ? 'other logits among others than alone'
      : `${differing?.expected}, as alone`,
    got: together ? 'the same logits' : `${differing?.got}, among the others`,
    remedy: 'look at mode, and at the axes that means and variances are taken over',
  });
}

export function bufferFault(place: Place, what: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_BUFFERS',
    where: at(place),
    what,
    expected,
    got,
    remedy:
      "return the new value of every buffer in training, in the order of model.buffers, and use the buffers where mode is 'infer'",
  });
}

export function weightCutOff(place: Place, name: string, unconnected: boolean) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_CUT_OFF',
    where: at(place),
    what: `the weight ${name} has no gradient, so that it never learns`,
    expected: 'a gradient other than 0',
    got: unconnected ? 'no way from the weight to the logits' : '0 everywhere',
    remedy:
      'use the tensor of call.weights, in the order of model.weights, without reading its data on the way; take out a weight that nothing needs, such as a bias before a normalisation',
  });
}

export function wrongWeightGradient(place: Place, name: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_GRADIENT',
    where: at(place),
    what: `the gradient of ${name} is not that of the logits, along four directions`,
    expected: `${expected}, by differences of the logits`,
    got,
    remedy:
      'mend the gradFunc of tf.customGrad, and look for parts that are cut out of the gradient, such as a skip connection whose data is read',
  });
}

export function modelKeepsTensors(place: Place, kept: number, after: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_KEEPS_TENSORS',
    where: at(place),
    what: 'the model keeps tensors',
    expected: 'as many tensors afterwards as before',
    got: `${kept} more after ${after}`,
    remedy:
      'own no tensor: make constants in the call, without tf.keep and tf.variable, and list weights as plain numbers',
  });
}

export function modelChangesInput(place: Place, member: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_CHANGES_INPUT',
    where: at(place),
    what: `the model changes ${member} of its call`,
    expected: 'images, weights, buffers and lists that stay as they were',
    got,
    remedy:
      'write into nothing and dispose nothing that was given; hand new statistics over in outputs.buffers',
  });
}

export function modelReadsData(place: Place, times: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_READS_DATA',
    where: at(place),
    what: 'the model reads the data of a tensor, which stops an accelerator at every step and cannot be compiled',
    expected: 'tensors alone, from images to logits',
    got: `${times} readings`,
    remedy: 'replace data, dataSync, array and arraySync, and branches on them, by operations',
  });
}

export function channelUnseen(place: Place, channel: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_CHANNEL',
    where: at(place),
    what: `the logits do not depend on channel ${channel} of the images`,
    expected: 'other logits for other values of the channel',
    got: 'the same logits',
    remedy: 'take the number of channels from the facts service',
  });
}

export function classesAlike(place: Place, first: string, second: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_CLASSES',
    where: at(place),
    what: `the classes ${first} and ${second} have the same logits at every pixel`,
    expected: 'logits of its own for each class of the facts',
    got: 'one logit for both',
    remedy: 'let the last convolution have one output for each class',
  });
}

// Data sets

const inCall = (where: string, call: string) => `${where}, ${call}`;

export function datasetThrows(where: string, call: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_THROWS',
      where: inCall(where, call),
      what: 'the data set throws at an id that it has',
      expected: 'an answer for each of its ids, in any order and any number of times',
      got: reason(cause),
      remedy:
        'mend what it reads; find files that are missing when the data set is opened, not while it is read',
    },
    cause,
  );
}

export function datasetFault(
  where: string,
  call: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET',
    where: inCall(where, call),
    what,
    expected,
    got,
    remedy: 'mend what the data set says or reads: facts, ids and samples must fit together',
  });
}

export function idsDiffer(where: string, expected: readonly string[], got: readonly string[]) {
  const at = expected.findIndex((id, index) => got[index] !== id);
  const place = at < 0 ? expected.length : at;
  const describe = (ids: readonly string[]) =>
    `${ids[place] ?? 'none'} as id ${place} of ${ids.length}`;
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_ORDER',
    where,
    what: 'opened again, the data set has other ids, or in another order',
    expected: describe(expected),
    got: describe(got),
    remedy:
      'sort the ids: a folder lists its files in no certain order, and splits follow that of the ids',
  });
}

export function otherAnswer(
  where: string,
  call: string,
  how: string,
  { expected, got }: Differing,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_ANSWER',
    where: inCall(where, call),
    what: `the answer is another one: ${how}`,
    expected,
    got,
    remedy: 'answer from the files alone, by nothing that calls or openings leave behind',
  });
}

export function otherSample(
  where: string,
  id: string,
  how: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_REREAD',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `the sample differs ${how}, in ${what}`,
    expected,
    got,
    remedy: 'share no buffer and no position between reads, and leave augmentation to the run',
  });
}

export function memoryReused(
  where: string,
  id: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_MEMORY',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `reading other samples changes ${what} of this one, which was handed over before`,
    expected: `${expected}, as it was`,
    got,
    remedy: 'give every sample memory of its own',
  });
}

export function takesUnknownId(where: string, id: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_TAKES_ID',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: 'the data set reads an id that it does not have',
    expected: 'a RaremaskError of the category data',
    got: 'a sample',
    remedy: 'look the id up in the list of ids before anything is read',
  });
}

export function unclearIdError(where: string, id: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_ID_ERROR',
      where: inCall(where, `read(${JSON.stringify(id)})`),
      what: 'the error for an id that does not exist does not say so',
      expected: 'a RaremaskError of the category data that names the id',
      got: reason(cause),
      remedy: 'look the id up in the list of ids, and throw before anything is read',
    },
    cause,
  );
}

export function disposalThrows(where: string, time: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_DISPOSE',
      where: inCall(where, 'dispose()'),
      what: `the ${time} disposal throws`,
      expected: 'an end without complaint, however often it is asked for',
      got: reason(cause),
      remedy: 'close only what is open, and forget it when it is closed',
    },
    cause,
  );
}

export function threadFails(where: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_THREAD',
    where: inCall(where, 'in another thread'),
    what: 'the data set cannot be opened or read in another thread',
    expected: 'the samples that it reads in this one; it gets the options as written, and a folder',
    got,
    remedy:
      'need no service but folder and log, and nothing that only this thread has; export the plugin as the default of its module',
  });
}

export function otherInThread(
  where: string,
  id: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_OTHER_IN_THREAD',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `the sample differs in another thread, in ${what}`,
    expected,
    got,
    remedy:
      'let a sample follow from its files and the options alone, not from what a module remembers',
  });
}

export function imagesFault(where: string, path: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_NO_IMAGES',
      where: inCall(where, 'openImages'),
      what: 'a path that does not exist is opened, or refused without a word for the user',
      expected: `a RaremaskError of the category data for ${path}`,
      got: cause === undefined ? 'a data set' : reason(cause),
      remedy: 'look whether the path exists before anything else',
    },
    cause,
  );
}
