import { scheduleChecks } from '@raremask/conformance';
import type { SchedulePlugin } from '@raremask/core';
import { describe, test } from 'vitest';
import constant from '../src/constant.ts';
import cosine from '../src/cosine.ts';
import oneCycle from '../src/oneCycle.ts';
import plateau from '../src/plateau.ts';
import poly from '../src/poly.ts';
import step from '../src/step.ts';

const all: readonly (readonly [SchedulePlugin, readonly unknown[]])[] = [
  [constant, [{}]],
  [cosine, [{}, { final: 0.1 }]],
  [poly, [{}, { power: 2, final: 0.1 }]],
  [oneCycle, [{}]],
  [step, [{}, { at: [0.1], factor: 0.5 }]],
  [plateau, [{}, { patience: 1, threshold: 0 }]],
];

describe.each(all)('$name', (plugin, options) => {
  test.each(scheduleChecks(plugin, { options }))('$name', ({ run }) => run());
});
