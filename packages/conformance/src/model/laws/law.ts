import { difference } from '../../trial/valueAndGradient.ts';
import type { Answer } from '../forward.ts';
import type { ModelSubject } from '../subject.ts';

/** What a model must do, and how it is tried on one of them. */
export interface Law {
  /** A fact in the present tense. */
  readonly name: string;
  /** Rejects where the model does something else. */
  holds(subject: ModelSubject): Promise<void>;
}

/** What is known of a model before it is tried; see `ModelCheckOptions`. */
export interface ModelKnowledge {
  readonly tolerance: number;
  readonly seeded: boolean;
  readonly expects: {
    readonly dropout?: boolean;
    readonly batchStatistics?: boolean;
  };
}

export function law(name: string, holds: (subject: ModelSubject) => Promise<void>): Law {
  return { name, holds };
}

/** How numbers, and logits, are compared that should be equal. */
export function nearness(tolerance: number) {
  const near = (one: readonly number[], two: readonly number[]) => difference(one, two, tolerance);
  const sameLogits = (one: Answer, two: Answer) => near(one.logits.values, two.logits.values);
  return { near, sameLogits };
}
