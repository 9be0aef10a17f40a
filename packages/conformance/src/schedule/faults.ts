import { at, type Differing, fault, type Place, reason } from '../errors.ts';

export function scheduleThrows(place: Place, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_SCHEDULE_THROWS',
      where: at(place),
      what: 'the schedule throws',
      expected: 'a factor at every moment of runs of any length; progress that is left as it is',
      got: reason(cause),
      remedy: 'look at runs of one epoch, and at the first step',
    },
    cause,
  );
}

export function badFactor(place: Place, got: unknown) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCHEDULE_FACTOR',
    where: at(place),
    what: 'the factor is no share of a learning rate',
    expected: 'a finite number from 0',
    got: typeof got === 'number' ? String(got) : (JSON.stringify(got) ?? 'nothing'),
    remedy: 'look at divisions by 0, and keep what falls from falling below 0',
  });
}

export function neverMoves(where: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCHEDULE_ZERO',
    where,
    what: 'the learning rate is 0 all the time',
    expected: 'a factor above 0 somewhere in the run',
    got: 'nothing but 0',
    remedy: 'mend the formula: a factor of 1 is the full learning rate',
  });
}

export function factorDiffers(where: string, how: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCHEDULE_STATE',
    where,
    what: `the same moments have other factors ${how}`,
    expected,
    got,
    remedy:
      'let the factor follow from progress and from the scores heard; keep what was heard in state, and put it back in restore',
  });
}

export function halfScheduleState(where: string, has: string, lacks: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCHEDULE_HALF_STATE',
    where,
    what: `there is ${has}, but no ${lacks}`,
    expected: 'both, or neither',
    got: has,
    remedy: `add ${lacks}`,
  });
}

export function unkeptState(where: string, { expected, got }: Differing) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_SCHEDULE_UNKEPT',
    where,
    what: 'the state does not stay as it was handed over',
    expected,
    got,
    remedy: 'hand over a copy of what JSON can hold: lists and null for maps, sets and undefined',
  });
}
