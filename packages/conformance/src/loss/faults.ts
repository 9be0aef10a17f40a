import type { GradientGap } from '@raremask/core/loss';
import { at, ConformanceError, type Differing, lineOf, type Place, reason } from '../errors.ts';

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

export function withoutGradient(place: Place, { kernel, called, instead }: GradientGap) {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_GRADIENT_GAP',
    category: 'plugin',
    where: at(place),
    what: `no gradient goes through ${kernel}, on which the value depends${lineOf(called)}`,
    expected: 'operations that have a gradient, from the logits to the value',
    remedy: instead,
  });
}

/** @param value what it gave in this call, and in what that is wrong */
export function lossShape(
  place: Place,
  images: number,
  { gave, wrong: got }: { readonly gave: string; readonly wrong: string },
): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_SHAPE',
    category: 'plugin',
    where: `${at(place)}, which gives ${gave}`,
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

export function keepsTensors(place: Place, got: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_KEEPS_TENSORS',
    category: 'plugin',
    where: at(place),
    what: 'the loss keeps tensors',
    expected:
      'as many tensors after each further call as before; constants may be kept from the first',
    got,
    remedy:
      'make tensors in the call, without tf.keep and tf.variable; keep plain numbers, or constants once',
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

export function followsTheClock(place: Place, { expected, got }: Differing): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_CLOCK',
    category: 'plugin',
    where: at(place),
    what: 'the same input has another value an hour later',
    expected,
    got,
    remedy: 'take nothing from the clock; a weight that changes in training stands in the manifest',
  });
}

export function changesOptions(where: string, expected: string, got: string): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_LOSS_CHANGES_OPTIONS',
    category: 'plugin',
    where,
    what: 'the loss changes its options, which others hold too',
    expected,
    got,
    remedy: 'copy the options before you change them',
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
