import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite } from './errors.ts';
import { type Event, encode } from './messages.ts';
import { record } from './record.ts';

const NAME = /^events\.out\.tfevents\.(\d{10})\.raremask$/;

/** An event file of TensorBoard's. Every record is in the file when `write` returns. */
export class EventFile {
  readonly path: string;
  readonly #file: number;

  /**
   * Makes a new file, behind those of the folder that are there.
   *
   * @param seconds since 1970
   */
  constructor(folder: string, seconds: number) {
    try {
      mkdirSync(folder, { recursive: true });
      this.path = join(folder, nextName(readdirSync(folder), seconds));
      // Never a file that is there: TensorBoard reads what follows a torn record of it no more.
      this.#file = openSync(this.path, 'ax');
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    this.write({ wallTime: seconds, fileVersion: 'brain.Event:2' });
  }

  write(event: Event): void {
    const bytes = record(encode('Event', event));
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file, bytes, done, bytes.length - done);
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Waits until the disk has all of it, for the case that the machine itself stops. */
  flush(): void {
    try {
      fsyncSync(this.#file);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** TensorBoard reads files in the order of their names; a clock that went back must not change it. */
function nextName(present: readonly string[], seconds: number): string {
  const last = Math.max(-1, ...present.map((name) => Number(NAME.exec(name)?.[1] ?? -1)));
  const number = Math.max(Math.floor(seconds), last + 1);
  return `events.out.tfevents.${String(number).padStart(10, '0')}.raremask`;
}
