import type { OnEvent, RunEvent } from '@raremask/core';
import { appendLine, endLastLine, LiveFile } from '@raremask/record';

/**
 * Passes events on, and writes those that stay interesting into events.ndjson. Where a run stands within its
 * epoch is in live.json, for who watches it.
 */
export class Journal {
  #path: string | undefined;
  #live: LiveFile | undefined;
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
    this.#live?.hear(event);
    if (event.type === 'step' || event.type === 'survey' || event.type === 'validate') return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };

  /** @param live left out, nobody is told of steps */
  open(path: string, live?: string): void {
    this.#path = path;
    this.#live = live === undefined ? undefined : new LiveFile(live);
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
