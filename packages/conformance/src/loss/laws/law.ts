import type { Differing } from '../../errors.ts';
import { difference } from '../../trial/valueAndGradient.ts';

/** What is known of a loss before it is tried; see `LossCheckOptions`. */
export interface LossKnowledge {
  readonly tolerance: number;
  readonly local: boolean;
  readonly alike: boolean;
  /** Whether all tasks are tried, and not one that the author has chosen. */
  readonly everyTask: boolean;
  readonly expects: {
    readonly missCostsMore?: boolean;
    readonly alarmOption?: string;
    readonly missOption?: string;
  };
}

type Compare = (one: readonly number[], two: readonly number[]) => Differing | undefined;

/** How numbers are compared that should be equal; gradients lose a digit more than values. */
export function nearness(tolerance: number): { near: Compare; nearGradient: Compare } {
  return {
    near: (one, two) => difference(one, two, tolerance),
    nearGradient: (one, two) => difference(one, two, 10 * tolerance),
  };
}
