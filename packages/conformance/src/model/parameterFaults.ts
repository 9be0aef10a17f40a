import type { Facts, Model, Parameter } from '@raremask/core';
import { product } from '../trial/batch.ts';

/** Something that a model says of itself, and must not. */
export interface ParameterFault {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** What is wrong with the members of a model, before it is called. */
export function* parameterFaults(model: Model, facts: Facts): Generator<ParameterFault> {
  const multiples = model.multipleOf;
  if (multiples?.length !== facts.space || !multiples.every(isExtent)) {
    yield {
      what: 'multipleOf is unusable',
      expected: `${facts.space} whole numbers from 1`,
      got: JSON.stringify(multiples) ?? 'nothing',
    };
  }
  const names = new Set<string>();
  for (const kind of ['weights', 'buffers'] as const) {
    if (!Array.isArray(model[kind])) {
      yield {
        what: `${kind} is no list`,
        expected: 'a list of parameters',
        got: typeof model[kind],
      };
      return;
    }
    for (const [index, parameter] of model[kind].entries()) {
      yield* faultsOf(`${kind}[${index}]`, parameter);
      if (names.has(parameter.name)) {
        yield {
          what: `two parameters are called ${parameter.name}`,
          expected: 'names that are unique among weights and buffers, as a checkpoint keeps them',
          got: parameter.name,
        };
      }
      names.add(parameter.name);
    }
  }
}

function* faultsOf(place: string, parameter: Parameter): Generator<ParameterFault> {
  const { name, shape, initial, decay } = parameter;
  if (typeof name !== 'string' || name === '') {
    yield {
      what: `${place} has no name`,
      expected: 'a word',
      got: JSON.stringify(name) ?? 'nothing',
    };
  }
  if (!Array.isArray(shape) || !shape.every(isExtent)) {
    yield {
      what: `${name} has no usable shape`,
      expected: 'a list of whole numbers from 1',
      got: JSON.stringify(shape) ?? 'nothing',
    };
    return;
  }
  if (!(initial instanceof Float32Array) || initial.length !== product(shape)) {
    yield {
      what: `${name} has unusable first values`,
      expected: `a Float32Array of ${product(shape)} values, as its shape [${shape.join(', ')}] says`,
      got: `${initial?.constructor?.name ?? 'nothing'} of ${initial?.length ?? 0}`,
    };
    return;
  }
  const at = initial.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    yield {
      what: `${name} has first values that are not finite`,
      expected: 'finite numbers',
      got: `${initial[at]} at ${at}`,
    };
  }
  if (typeof decay !== 'boolean') {
    yield {
      what: `${name} does not say whether weight decay applies`,
      expected: 'decay: true or false',
      got: JSON.stringify(decay) ?? 'nothing',
    };
  }
}

function isExtent(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
