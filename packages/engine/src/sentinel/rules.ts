import type { Problem } from '@raremask/record';
import type { EpochObservation } from './observation.ts';
import { pullRules } from './pullRules.ts';
import type { Found, Rule, Setting } from './rule.ts';
import { stepRules } from './stepRules.ts';
import { validationRules } from './validationRules.ts';

/** Every rule; where several find something, the first explains the others. */
const RULES: readonly Rule[] = [...stepRules, ...pullRules, ...validationRules];

/** What a rate that is too high shows at any time. */
const OF_THE_RATE: readonly Problem[] = ['saturated', 'rate-too-high'];

/** What follows from what: the cause alone is named. */
const EXPLAINED: Readonly<Partial<Record<Problem, readonly Problem[]>>> = {
  saturated: ['loss-constant', 'term-outweighs', 'empty-silent', 'background', 'alarms', 'labels'],
  'rate-too-high': ['term-outweighs', 'background', 'alarms', 'labels', 'lost'],
  'loss-constant': ['term-outweighs', 'empty-silent', 'background', 'alarms', 'labels'],
  'bare-batches': ['background'],
  'empty-silent': ['alarms'],
  'term-outweighs': ['background', 'alarms'],
  statistics: ['background', 'alarms', 'labels'],
  labels: ['background', 'alarms'],
};

/**
 * What the epochs so far say is wrong.
 *
 * @param told what was said before: what follows from it is not said again
 */
export function findingsIn(
  epochs: readonly EpochObservation[],
  setting: Setting,
  told: readonly Problem[] = [],
): Found[] {
  const isWarming = epochs.slice(-3).some((one) => one.isWarming);
  const found = RULES.flatMap((rule) => rule(epochs, setting) ?? []).filter(
    // While the rate is yet to rise, nothing has to move.
    ({ problem }) => !isWarming || OF_THE_RATE.includes(problem),
  );
  const causes = [...told, ...found.map(({ problem }) => problem)];
  const explained = new Set(causes.flatMap((problem) => EXPLAINED[problem] ?? []));
  return found.filter(({ problem }) => !explained.has(problem));
}
