import { expect, test } from 'vitest';
import { courseOfEpochs } from '../src/training/course.ts';
import { TimedCourse, type TimedSettings } from '../src/training/timedCourse.ts';

/** A run whose clock goes on by what its steps and validations take. */
function simulated(change: Partial<TimedSettings>, before = 0) {
  let now = before;
  const settings: TimedSettings = {
    budget: 300,
    length: 20,
    every: 'auto',
    validationShare: 0.2,
    clock: () => now,
    passesAfter: 2,
    pass: 2,
    ...change,
  };
  const course = new TimedCourse(settings);
  const positions: number[] = [];
  let epoch = 0;
  let validated = 0;
  const run = (stepSeconds: (step: number) => number, stepsOfEpoch: number, most = Infinity) => {
    let step = 0;
    while (!course.isOver() && epoch < most) {
      for (let at = 0; at < stepsOfEpoch && !course.isOver(); at++) {
        positions.push(course.position());
        const seconds = stepSeconds(step++);
        now += seconds;
        course.stepped(seconds, stepsOfEpoch);
      }
      if (course.validates(epoch)) {
        now += settings.pass;
        validated++;
        course.validated(settings.pass);
      }
      epoch++;
    }
  };
  return {
    course,
    positions,
    run,
    get now() {
      return now;
    },
    get epochs() {
      return epoch;
    },
    get validated() {
      return validated;
    },
  };
}

test('a timed run ends in time, with its schedule at its end and what follows kept free', () => {
  const run = simulated({});
  run.run(() => 0.5, 25);
  // Two passes of 2 s, 2 s and 1 % of the budget follow.
  expect(run.now).toBeGreaterThanOrEqual(300 - 4 - 5 - 2);
  expect(run.now).toBeLessThanOrEqual(300 - 4 - 5 + 0.5);
  expect(run.positions[0]).toBe(0);
  expect(run.positions.at(-1)).toBeGreaterThan(19.5);
  expect(run.positions.at(-1)).toBeLessThanOrEqual(20);
  for (const [at, position] of run.positions.entries()) {
    if (at > 0) expect(position).toBeGreaterThanOrEqual(run.positions[at - 1]!);
  }
});

test('a machine that becomes slower changes the number of steps, and not the end', () => {
  const run = simulated({});
  run.run((step) => (step < 200 ? 0.3 : 1.2), 25);
  expect(run.now).toBeGreaterThanOrEqual(288);
  expect(run.now).toBeLessThan(293);
  expect(run.positions.at(-1)).toBeGreaterThan(19);
});

test('validation takes at most a fifth of the budget, what follows included, unless asked', () => {
  const run = simulated({ pass: 10 });
  run.run(() => 0.5, 25);
  expect((run.validated + 2) * 10).toBeLessThanOrEqual(60);
  expect(run.validated).toBeGreaterThan(1);
  const seldom = simulated({ pass: 5, validationShare: 0.1 });
  seldom.run(() => 0.5, 25);
  expect((seldom.validated + 2) * 5).toBeLessThanOrEqual(30);
  expect(seldom.validated).toBeGreaterThan(1);
  const asked = simulated({ pass: 10, every: 1 });
  asked.run(() => 0.5, 25);
  expect(asked.validated).toBe(asked.epochs);
  expect(asked.now).toBeLessThan(300);
});

test('an epoch that is longer than the budget is cut', () => {
  const run = simulated({});
  run.run(() => 1, 10_000);
  expect(run.epochs).toBe(1);
  expect(run.validated).toBe(1);
  expect(run.now).toBeLessThan(293);
});

test('a run goes on from what its checkpoint says, and ends at the same time', () => {
  const first = simulated({});
  first.run(() => 0.5, 25, 5);
  const saved = first.course.state();
  expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  const rest = simulated({ saved });
  expect(rest.course.position()).toBe(first.course.position());
  rest.run(() => 0.5, 25);
  expect(first.now + rest.now).toBeGreaterThanOrEqual(289);
  expect(first.now + rest.now).toBeLessThanOrEqual(291.5);
  const over = rest.course.state();
  expect(simulated({ saved: over }).course.isOver()).toBe(true);
  const longer = simulated({ saved: over, budget: 600 });
  expect(longer.course.isOver()).toBe(false);
  expect(longer.course.position()).toBeCloseTo(10, 0);
});

test('a run of epochs is over after them, and validates its last one', () => {
  const course = courseOfEpochs(5, 2);
  expect([0, 1, 2, 3, 4].map((epoch) => course.validates(epoch))).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
  expect(course.isOver(4)).toBe(false);
  expect(course.isOver(5)).toBe(true);
  expect(course.position(3, 0.5)).toBe(3.5);
});

test('what a few images say of a validation does not leave training without time', () => {
  const run = simulated({ pass: 1000 });
  run.run(() => 0.5, 1000);
  // 60 % of the budget less 2 s and 1 %.
  expect(run.positions.length).toBeGreaterThan(300);
});
