import type { OnEvent, RunEvent } from '@raremask/core';
import { appendLine, endLastLine } from '@raremask/record';

/** Passes events on, and writes those that stay interesting into events.ndjson. */
export class Journal {
  #path: string | undefined;
  #waiting: string[] = [];
  readonly #onEvent: OnEvent;

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
  }

  readonly emit = (event: RunEvent): void => {
    this.#onEvent(event);
    this.write(event);
  };

  /** Writes what others have passed on. */
  readonly write = (event: RunEvent): void => {
    if (event.type === 'step' || event.type === 'survey' || event.type === 'validate') return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };

  open(path: string): void {
    this.#path = path;
    endLastLine(path);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const line of waiting) this.#write(line);
  }

  #write(line: string): void {
    if (this.#path === undefined) this.#waiting.push(line);
    else appendLine(this.#path, line);
  }
}
