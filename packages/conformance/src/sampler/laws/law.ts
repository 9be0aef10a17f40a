import type { SamplerSubject } from '../subject.ts';

/** What a sampler must do, and how it is tried on one of them. */
export interface Law {
  /** A fact in the present tense. */
  readonly name: string;
  /** On which images: all of them, or the mixed set alone. */
  readonly on: 'all' | 'mixed';
  /** Rejects where the sampler does something else. */
  holds(subject: SamplerSubject): Promise<void>;
}

export function law(
  name: string,
  on: Law['on'],
  holds: (subject: SamplerSubject) => Promise<void>,
): Law {
  return { name, on, holds };
}
