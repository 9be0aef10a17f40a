/** What a plugin must do, and how it is tried on one subject. */
export interface Law<S> {
  /** A fact in the present tense. */
  readonly name: string;
  /** Rejects where the plugin does something else. */
  holds(subject: S): Promise<void>;
}

export function law<S>(name: string, holds: (subject: S) => Promise<void> | void): Law<S> {
  return { name, holds: async (subject) => await holds(subject) };
}
