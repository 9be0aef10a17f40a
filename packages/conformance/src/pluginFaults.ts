import { isRaremaskError } from '@raremask/core';
import {
  at,
  ConformanceError,
  type Differing,
  fault,
  lineOf,
  type Place,
  reason,
} from './errors.ts';

/** What the host says of it is told once. */
export function cannotMake(where: string, cause: unknown): ConformanceError {
  const own = isRaremaskError(cause) ? cause.parts : undefined;
  return new ConformanceError(
    {
      ...(own ?? { got: reason(cause) }),
      code: 'RAREMASK_CONFORMANCE_CREATE',
      category: 'plugin',
      where,
      what: `the plugin cannot be made${own === undefined ? '' : `: ${own.what}`}`,
      remedy:
        'mend create; where options do not fit the facts, throw a RaremaskError of the category manifest',
    },
    { cause },
  );
}

export function unforeseen(where: string, cause: unknown) {
  const line = cause instanceof Error ? lineOf(cause) : '';
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_UNFORESEEN',
      where,
      what: 'what the plugin gives cannot be used, or throws when it is looked at',
      expected: 'parts as the contracts of core describe them, as plain values',
      got: `${reason(cause)}${line}`,
      remedy: 'look for parts of another form, and for getters and proxies',
    },
    cause,
  );
}

export function optionsRefused(where: string, issues: readonly string[]): ConformanceError {
  return new ConformanceError({
    code: 'RAREMASK_CONFORMANCE_OPTIONS',
    category: 'manifest',
    where,
    what: 'the schema refuses the options that the plugin is tried with',
    got: issues.join('; '),
    remedy:
      'say options that it takes, by --with "{ option: value }" of raremask plugins check or the setting options of the checks, or mend the schema',
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
