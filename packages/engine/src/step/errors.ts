import { RaremaskError } from '@raremask/core';

const TELL = 'mend the plugin, or tell its author';

export function optimizerFailed(place: string, what: string, cause: unknown): RaremaskError {
  return failed('RAREMASK_OPTIMIZER_FAILED', place, `the optimizer threw in ${what}`, cause);
}

export function optimizerResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return result('RAREMASK_OPTIMIZER_RESULT', place, `the optimizer gave ${what}`, expected, got);
}

export function stateNotFinite(place: string, name: string, kept: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_STATE_NOT_FINITE',
    category: 'run',
    where: place,
    what: `after an update ${name} is not finite, although loss and gradient were`,
    expected: 'finite numbers',
    got: `NaN or infinity; ${kept}`,
    remedy:
      'lower train.optimizer.learningRate, set train.clip: 1, or mend the optimizer if it is your own',
  });
}

export function scheduleFailed(place: string, what: string, cause: unknown): RaremaskError {
  return failed('RAREMASK_SCHEDULE_FAILED', place, `the schedule threw in ${what}`, cause);
}

export function scheduleResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return result('RAREMASK_SCHEDULE_RESULT', place, `the schedule gave ${what}`, expected, got);
}

function result(
  code: `RAREMASK_${string}`,
  where: string,
  what: string,
  expected: string,
  got: string,
) {
  return new RaremaskError({ code, category: 'plugin', where, what, expected, got, remedy: TELL });
}

function failed(code: `RAREMASK_${string}`, where: string, what: string, cause: unknown) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RaremaskError(
    { code, category: 'plugin', where, what: `${what}: ${why}`, remedy: TELL },
    { cause },
  );
}
