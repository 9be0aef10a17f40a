import type { GradientGap } from '@raremask/core/loss';
import { at, type Differing, fault, lineOf, type Place, reason } from '../errors.ts';

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

export function modelWithoutGradient(place: Place, { kernel, called, instead }: GradientGap) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_GRADIENT_GAP',
    where: at(place),
    what: `no gradient goes through ${kernel}, on which the logits depend${lineOf(called)}`,
    expected: 'operations that have a gradient, from the weights to the logits',
    remedy: instead,
  });
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

export function auxiliaryUnusable(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_AUXILIARY',
    where: at(place),
    what: 'an auxiliary output cannot be trained with',
    expected,
    got,
    remedy: 'give coarser logits and a weight for each, in training alone, as core says of Outputs',
  });
}

export function imageUnusable(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_MODEL_IMAGE',
    where: at(place),
    what: 'what the model says of whole images cannot be used',
    expected,
    got,
    remedy:
      'give image: { logits, weight } in both modes and judgesImages: true, or neither, as core says of Outputs',
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
