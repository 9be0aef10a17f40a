import type { DatasetSubject } from '../subject.ts';

/** What a data set must do, and how it is tried on one of them. */
export interface Law {
  /** A fact in the present tense. */
  readonly name: string;
  /** Rejects where the data set does something else. */
  holds(subject: DatasetSubject): Promise<void>;
}

export function law(name: string, holds: (subject: DatasetSubject) => Promise<void>): Law {
  return { name, holds };
}
