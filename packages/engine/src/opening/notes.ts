import type { OnEvent, RunEvent } from '@raremask/core';

export type Note = Extract<RunEvent, { type: 'note' }>;

/** What is said while data are opened and counted, for those who come later as well. */
export class Notes {
  readonly #said: Note[] = [];
  readonly #listeners = new Set<(note: Note) => void>();
  readonly #onEvent: OnEvent;

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
  }

  readonly emit = (event: RunEvent): void => {
    this.#onEvent(event);
    if (event.type !== 'note') return;
    this.#said.push(event);
    for (const listener of this.#listeners) listener(event);
  };

  /**
   * Hands on each note that was said so far, and each that follows.
   *
   * @returns ends it
   */
  readonly follow = (listener: (note: Note) => void): (() => void) => {
    for (const note of this.#said) listener(note);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
