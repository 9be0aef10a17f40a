import { at, type Differing, fault, type Place, reason } from '../errors.ts';

export function optimizerThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_OPTIMIZER_THROWS',
      where: at(place),
      what: 'the optimizer throws, or gives no tensors',
      expected: 'a new weight, and every slot that it declares, for weights of any shape',
      got: reason(cause),
      remedy: 'give { weight, slots } with a tensor of the shape of the weight for each',
    },
    cause,
  );
}

export function optimizerShape(place: Place, what: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_SHAPE',
    where: at(place),
    what: `${what} has another form than it must have`,
    expected,
    got,
    remedy:
      'keep a slot and the new weight in the shape of the weight, and return all slots, no others',
  });
}

export function optimizerNumbers(where: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_NUMBERS',
    where,
    what: 'numbers does not give the same finite numbers for the same step',
    expected,
    got,
    remedy: 'let numbers follow from the step alone, under the same names at every step',
  });
}

export function movesWrong(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_DIRECTION',
    where: at(place),
    what: 'the weight does not go where the gradient leads',
    expected,
    got,
    remedy: 'subtract the step, and look whether it is the weight that is returned as weight',
  });
}

export function movesWithout(place: Place, what: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_STILL',
    where: at(place),
    what: `the weight moves ${what}`,
    expected,
    got,
    remedy: 'multiply every step by learningRate, and let decay alone decide on weight decay',
  });
}

export function moveNotFinite(place: Place, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_NOT_FINITE',
    where: at(place),
    what: 'a weight or slot is not finite',
    expected: 'finite numbers',
    got,
    remedy: 'add a small number before a root is taken or divided by',
  });
}

export function seesNeighbours(place: Place, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_NEIGHBOURS',
    where: at(place),
    what: 'an element moves otherwise among others than alone, undeclared',
    expected,
    got,
    remedy: 'declare wholeWeights: true where an update looks at a weight as a whole',
  });
}

export function remembers(place: Place, how: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_STATE',
    where: at(place),
    what: `the same update has another result ${how}`,
    expected,
    got,
    remedy:
      'remember nothing but slots: a checkpoint holds nothing else, and all weights share one optimizer',
  });
}

export function keepsUpdateTensors(place: Place, kept: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_KEEPS_TENSORS',
    where: at(place),
    what: 'tensors are left after an update',
    expected: 'none: update runs inside tf.tidy',
    got: `${kept} more tensors`,
    remedy: 'make constants in the call, without tf.keep and tf.variable',
  });
}

export function changesUpdateInput(place: Place, member: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_CHANGES_INPUT',
    where: at(place),
    what: `update disposes ${member}, which it is given`,
    expected: 'tensors that are as they were',
    got: 'a tensor that is disposed',
    remedy: 'dispose nothing: the caller owns what it gives',
  });
}

export function readsUpdateData(place: Place, readings: number) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_OPTIMIZER_READS_DATA',
    where: at(place),
    what: 'update reads the data of tensors, so that no step can be compiled',
    expected: 'tensor operations alone',
    got: `${readings} readings`,
    remedy: 'replace data, dataSync, array and arraySync, and branches on them, by operations',
  });
}
