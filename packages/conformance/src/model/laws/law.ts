import { difference } from '../../trial/valueAndGradient.ts';
import type { Answer } from '../forward.ts';

/** What is known of a model before it is tried; see `ModelCheckOptions`. */
export interface ModelKnowledge {
  readonly tolerance: number;
  readonly seeded: boolean;
  readonly expects: {
    readonly dropout?: boolean;
    readonly batchStatistics?: boolean;
  };
}

/** How numbers, and logits, are compared that should be equal. */
export function nearness(tolerance: number) {
  const near = (one: readonly number[], two: readonly number[]) => difference(one, two, tolerance);
  const sameLogits = (one: Answer, two: Answer) => near(one.logits.values, two.logits.values);
  return { near, sameLogits };
}
