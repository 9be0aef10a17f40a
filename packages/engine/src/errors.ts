import { RaremaskError } from '@raremask/core';
import type { GradientGap } from '@raremask/core/loss';
import { pluginGave, pluginThrew } from './guard/errors.ts';
import { atLine } from './guard/reason.ts';

export function lossFailed(place: string, cause: unknown, url: string | undefined): RaremaskError {
  const remedy = 'mend the loss, or tell its author';
  return pluginThrew('RAREMASK_LOSS_FAILED', place, 'the loss threw', cause, { url, remedy });
}

export function lossWithoutGradient(
  place: string,
  { kernel, instead }: GradientGap,
  line: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LOSS_GRADIENT',
    category: 'plugin',
    where: place,
    what: `the loss depends on the network through ${kernel}${atLine(line)}, and no gradient goes through that`,
    expected: 'operations that have a gradient, from the logits to the value',
    remedy: instead,
  });
}

export function rateMatchesNothing(
  place: string,
  match: string,
  names: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RATE_MATCHES_NOTHING',
    category: 'manifest',
    where: place,
    what: `no weight of the model takes its learning rate from "${match}"`,
    expected: `a part of a weight's name that no group before has taken, for example of ${names.slice(0, 3).join(', ')}`,
    remedy: similar ? `write ${similar}` : 'leave the group out',
  });
}

export function freezeMatchesNothing(
  place: string,
  match: string,
  names: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_FREEZE_MATCHES_NOTHING',
    category: 'manifest',
    where: place,
    what: `no weight of the model has "${match}" in its name`,
    expected: `a part of a weight's name, for example of ${names.slice(0, 3).join(', ')}`,
    remedy: similar ? `write ${similar}` : 'leave it out',
  });
}

export function everythingFrozen(count: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_EVERYTHING_FROZEN',
    category: 'manifest',
    where: 'model.freeze',
    what: `all ${count} weights of the model are frozen, so that nothing learns`,
    expected: 'at least one weight that no pattern matches, for example of the head',
    remedy: 'write fewer or longer patterns, for example encoder',
  });
}

export function weightsWithoutEncoder(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_WEIGHTS_WITHOUT_ENCODER',
    category: 'data',
    where: path,
    what: 'the file says of no published encoder that it would be the weights of',
    expected: 'a file that raremask weights wrote',
    remedy:
      'put published weights in place with raremask weights FILE --out encoder.safetensors; name other weights in the manifest, as model.weights',
  });
}

export function weightsUnreadable(path: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_WEIGHTS_UNREADABLE',
      category: 'data',
      where: path,
      what: `no weights can be read from the file: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected:
        'a safetensors file, a state dict of torch.save (.pth, .pt, .bin), an .onnx file with its constants inside, or a run folder',
      remedy:
        'check the path (in a manifest it starts from the manifest); write what cannot be read anew as safetensors, from Python',
    },
    { cause },
  );
}

export function unknownNetwork(path: string, names: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_WEIGHTS_UNKNOWN_NETWORK',
    category: 'data',
    where: path,
    what: 'no table of names knows the network that these weights are of',
    expected:
      'EfficientNet-Lite 0 to 4, by the names of efficientnet_pytorch or timm, or ResNet-18 or -34, by those of torchvision or timm',
    got: names.slice(0, 3).join(', ') || 'no array of floating numbers',
    remedy:
      'name the file in model.weights, and say in model.weights.names what its modules are called here',
  });
}

export function weightsFitNothing(
  path: string,
  theirs: string,
  ours: string,
  mismatch: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_WEIGHTS_FIT_NOTHING',
    category: 'data',
    where: path,
    what: `no weight of the model has its name and shape in the file${mismatch ? ` (${mismatch})` : ''}`,
    expected: `names such as ${ours}`,
    got: theirs || 'no array of floating numbers',
    remedy: mismatch
      ? 'give the model the options of the network in the file, or leave model.weights out'
      : 'say in model.weights.names what their modules are called here, or leave model.weights out',
  });
}

const VALUE = (batch: number) => `a tensor, float32 [${batch}] (one number per sample) or []`;

export function lossResult(place: string, batch: number, got: string): RaremaskError {
  const what = 'the loss gave another value';
  return pluginGave('RAREMASK_LOSS_RESULT', place, what, VALUE(batch), got);
}

export function lossDisposes(place: string, name: string): RaremaskError {
  const what = `the loss has disposed of ${name}, which other losses and the gradient need`;
  const expected = 'inputs as they were given; what it computes itself is tidied up after it';
  return pluginGave('RAREMASK_LOSS_RESULT', place, what, expected, `${name}.dispose()`);
}

export function lossUnrelated(place: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LOSS_GRADIENT',
    category: 'plugin',
    where: place,
    what: 'no operation leads from the logits to the value of the loss, so that nothing is learnt from it',
    expected: 'a value that is computed from logits, probabilities or logProbabilities',
    remedy:
      'compute it from one of them, in the same call; where a batch is to count nothing, return tf.mul(tf.mean(logits), 0)',
  });
}

export function lossShape(place: string, shape: readonly number[], batch: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LOSS_SHAPE',
    category: 'plugin',
    where: place,
    what: 'the loss returned a tensor of the wrong shape',
    expected: `[${batch}] (one number per sample) or [] (a scalar)`,
    got: `[${shape.join(', ')}]`,
    remedy: 'reduce over the space and class axes in the loss',
  });
}

export function logitsShape(
  place: string,
  shape: readonly number[],
  expected: readonly (number | string)[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LOGITS_SHAPE',
    category: 'plugin',
    where: place,
    what: 'the model returned logits of the wrong shape',
    expected: `[${expected.join(', ')}]`,
    got: `[${shape.join(', ')}]`,
  });
}

export function windowDoesNotFit(
  window: readonly number[],
  multipleOf: readonly number[],
  where = 'sampler.with.window',
): RaremaskError {
  const fitting = window.map((extent, axis) => {
    const step = multipleOf[axis] ?? 1;
    return Math.max(step, Math.round(extent / step) * step);
  });
  return new RaremaskError({
    code: 'RAREMASK_WINDOW_DOES_NOT_FIT',
    category: 'manifest',
    where,
    what: "the window does not fit the model's depth",
    expected: `extents that are multiples of [${multipleOf.join(', ')}], for example [${fitting.join(', ')}]`,
    got: `[${window.join(', ')}]`,
    remedy: `change ${where}, or model.with.depth`,
  });
}

export function noBatches(place: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_BATCHES',
    category: 'plugin',
    where: place,
    what: 'the sampler gave no batch for an epoch',
    expected: 'at least one batch of at least one sample',
  });
}

export function emptySplit(split: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_EMPTY_SPLIT',
    category: 'data',
    where: `data.split.${split}`,
    what: `the ${split} split has no image`,
    expected: 'at least one image',
    remedy: 'change data.split in the manifest',
  });
}

export function checkpointMismatch(path: string, expected: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECKPOINT_MISMATCH',
    category: 'data',
    where: path,
    what: 'the checkpoint belongs to another model or data set',
    expected,
    got,
    remedy: 'use the manifest that the checkpoint was trained with',
  });
}

export function noPredictionFiles(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_PREDICTION_FILES',
    category: 'plugin',
    where: 'data.use',
    what: 'the data set does not say into what files predictions of volumes go',
    expected: 'a data set with writePredictions',
    remedy: 'read the volumes with @raremask/dataset-volumes, or give the plugin writePredictions',
  });
}

export function noTrainingData(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_TRAINING_DATA',
    category: 'plugin',
    where: 'model',
    what: 'the model asked for the survey of the training data while predicting',
    expected: 'a model that can be made from facts and census alone; its weights are loaded',
  });
}

/** @param example a size that the network takes */
export function exportNeedsSize(operator: string, example: readonly number[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_EXPORT_SIZE',
    category: 'run',
    where: 'export',
    what: `the network's graph depends on the size of its images (${operator} mixes extents)`,
    expected: 'a size for which the file is written',
    remedy: `name one, for example --size ${example.join('x')}`,
  });
}

export function exportDiffers(path: string, difference: number, most: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_EXPORT_DIFFERS',
    category: 'run',
    where: path,
    what: 'the exported file, run by onnxruntime, gives other logits than the model; it is not kept',
    expected: `at most ${most} of the largest logit apart`,
    got: `${difference}`,
    remedy: "report this with the run's manifest",
  });
}

export function nameOutside(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NAME_OUTSIDE',
    category: 'data',
    where: path,
    what: 'the name of an image or of a class leads out of the folder of the predictions, and nothing is written there',
    expected: 'names without .. and without / before them',
    remedy: 'rename the image, or train with another name of the class',
  });
}

/** @param what of a network's task is another than that of the first one */
export function networksDiffer(
  path: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NETWORKS_DIFFER',
    category: 'manifest',
    where: path,
    what: `${what} is another than that of the other networks, whose probabilities could not be averaged with these`,
    expected,
    got,
    remedy: 'predict together with networks that were trained for the same images and classes',
  });
}

/** @param changed what predictions depend on, as it was and as it is */
export function predictionsDiffer(
  path: string,
  changed: readonly { readonly name: string; readonly before: string; readonly now: string }[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PREDICTIONS_DIFFER',
    category: 'manifest',
    where: path,
    what: 'other predictions were begun in this folder, and theirs and these would be mixed',
    expected: changed.map(({ name, before }) => `${name} ${before}`).join('; '),
    got: changed.map(({ name, now }) => `${name} ${now}`).join('; '),
    remedy: `go on with the run, images and settings of the beginning, name another --out, or remove ${path} to begin anew`,
  });
}

/** @param batch [count, ...size] */
export function tensorTooLarge(
  batch: readonly number[],
  shape: readonly number[],
  bytes: number,
  refusal: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_TENSOR_TOO_LARGE',
    category: 'environment',
    where: `a training step of ${batch.join(' x ')}`,
    what: `the GPU takes no tensor of [${shape.join(', ')}], ${Math.ceil(bytes / 2 ** 20)} MiB, which the step needs`,
    got: refusal,
    remedy:
      'make train.batch, sampler.with.window or model.with.filters smaller, or set backend: compiled',
  });
}

export function costOfVolumes(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COST_OF_VOLUMES',
    category: 'manifest',
    where: '--cost',
    what: 'what a step costs is measured at each resolution of images, and the samples are volumes',
    expected: 'images with two axes',
    remedy: 'leave --cost out; raremask init --budget measures what volumes cost',
  });
}

/** @param batch [count, ...size] @param estimate MiB @param fits what there is, and what fits into it */
export function stepMemory(
  batch: readonly number[],
  estimate: number,
  fits: string,
  cause: unknown,
): RaremaskError {
  const said = cause instanceof Error ? ` (${cause.message.split('\n')[0]!.slice(0, 200)})` : '';
  return new RaremaskError(
    {
      code: 'RAREMASK_STEP_MEMORY',
      category: 'environment',
      where: `a training step of ${batch.join(' x ')}`,
      what: `it is estimated to take ${estimate} MiB of memory, and there is not enough${said}`,
      got: fits,
      remedy:
        'make train.batch smaller (train.accumulate keeps the step the same), or sampler.with.window, model.with.filters, or the resolution of data.resolution',
    },
    { cause },
  );
}
