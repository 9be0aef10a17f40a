import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { appendLine, makeFolder, writeAtomically } from '@raremask/record';
import type { Part } from '../reading/part.ts';
import type { CountedImages, PackedShape } from './countedImages.ts';

/** Changes with the meaning of the numbers, so that older files are counted anew. */
const VERSION = 6;

/** So many lines are written at once. */
const LINES = 1000;

/** Milliseconds between two writes of what was counted meanwhile. */
const BETWEEN = 2000;

/**
 * Files of counted facts in a cache folder: a head, then a line of JSON for each image. One holds the
 * whole; beside it lie those of parts that other processes have counted, and what a process has counted
 * so far, for the case that it is killed. Whoever counts the whole puts them together. A file that
 * cannot be used is left alone, named in a warning, and replaced by the next write.
 */
export class SurveyCache {
  readonly #folder: string;
  readonly #stem: string;
  readonly #head: string;
  readonly #warn: (line: string) => void;
  /** Files that were read beside the whole, and are not needed once it is written. */
  readonly #others: string[] = [];
  readonly #journal: string;
  #lines: string[] = [];
  #written: number | undefined;

  constructor(folder: string, identity: string, shape: PackedShape, warn: (line: string) => void) {
    // Options may hold what nobody else should read, as a key from the environment.
    const hashed = createHash('sha256').update(identity).digest('hex');
    this.#folder = folder;
    this.#stem = `survey-${hashed.slice(0, 16)}`;
    this.#head = JSON.stringify({ survey: VERSION, identity: hashed, ...shape });
    this.#journal = `${this.#stem}.${owner(process.pid)}.counting`;
    this.#warn = warn;
  }

  /** Whether files lie beside the whole that the next write puts into it. */
  get scattered(): boolean {
    return this.#others.length > 0;
  }

  /** Takes in what was counted before of the samples that exist. */
  async read(images: CountedImages, existing: ReadonlySet<string>): Promise<void> {
    if (!(await this.#readFile(`${this.#stem}.ndjson`, images, existing))) images.clear();
    const names = await readdir(this.#folder).catch((): string[] => []);
    for (const name of names.filter((one) => one.startsWith(`${this.#stem}.`)).sort()) {
      const isPart = name.endsWith('.part');
      if (!isPart && !name.endsWith('.counting')) continue;
      await this.#readFile(name, images, existing);
      // What somebody is writing still is his.
      if (isPart || isLeft(name)) this.#others.push(name);
    }
  }

  /** Keeps what was counted of an image, at once or a little later. */
  count(id: string, row: Float64Array): void {
    this.#lines.push(lineOf(id, row));
    this.#written ??= performance.now();
    if (performance.now() - this.#written < BETWEEN) return;
    this.#written = performance.now();
    const isFirst = !this.#others.includes(this.#journal);
    if (isFirst) this.#others.push(this.#journal);
    try {
      makeFolder(this.#folder);
      const text = `${[...(isFirst ? [this.#head] : []), ...this.#lines].join('\n')}\n`;
      appendLine(join(this.#folder, this.#journal), text);
    } catch {
      // The write of the whole says why nothing can be written here.
    }
    this.#lines = [];
  }

  /**
   * Replaces the whole, and takes away what it was put together of; where that is not possible, a
   * warning says so and nothing else happens.
   */
  async write(images: CountedImages): Promise<void> {
    try {
      await this.#put(`${this.#stem}.ndjson`, images, images.ids());
      for (const name of this.#others) await rm(join(this.#folder, name), { force: true });
      this.#others.length = 0;
    } catch (error) {
      this.#warn(
        `the counts of the images are not kept for the next run: ${(error as Error).message}`,
      );
    }
  }

  /**
   * Writes the counts of one part, for whoever counts the whole.
   *
   * @throws RaremaskError where the folder cannot be written
   */
  async writePart(
    images: CountedImages,
    ids: Iterable<string>,
    { number, of }: Part,
  ): Promise<void> {
    await this.#put(`${this.#stem}.${number}-of-${of}.part`, images, ids);
    await rm(join(this.#folder, this.#journal), { force: true });
  }

  async #put(name: string, images: CountedImages, ids: Iterable<string>): Promise<void> {
    await writeAtomically(join(this.#folder, name), linesOf(this.#head, images, ids));
  }

  /** False where the whole is damaged. */
  async #readFile(
    name: string,
    images: CountedImages,
    existing: ReadonlySet<string>,
  ): Promise<boolean> {
    const file = join(this.#folder, name);
    const isWhole = name.endsWith('.ndjson');
    let isHead = true;
    /** A line that is none; of a process that was killed, the last line may be a part of one. */
    let broken = false;
    try {
      for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
        if (isHead) {
          if (line !== this.#head) {
            if (isWhole && !line.startsWith('{"survey":')) this.#warnDamaged(file);
            return true;
          }
          isHead = false;
          continue;
        }
        broken = !takeLine(line, images, existing);
        if (broken && isWhole) break;
      }
      if (isWhole && !broken) broken = !(await endsWithLine(file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return true;
      this.#warn(`${file} cannot be read and is counted anew: ${(error as Error).message}`);
      return false;
    }
    if (isWhole && broken) this.#warnDamaged(file);
    return !broken;
  }

  #warnDamaged(file: string): void {
    this.#warn(`${file} is damaged and is counted anew`);
  }
}

function lineOf(id: string, row: Float64Array): string {
  return JSON.stringify([id, ...row]);
}

/** The lines of a file, many at a time. */
async function* linesOf(
  head: string,
  images: CountedImages,
  ids: Iterable<string>,
): AsyncGenerator<string> {
  let lines = [head];
  for (const id of ids) {
    const row = images.row(id);
    if (row === undefined) continue;
    lines.push(lineOf(id, row));
    if (lines.length < LINES) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

/** Takes the image of a line, where it is still there; false where the line is none. */
function takeLine(line: string, images: CountedImages, existing: ReadonlySet<string>): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return false;
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') return false;
  const [id, ...row] = parsed as [string, ...unknown[]];
  return existing.has(id) ? images.addRow(id, row) : true;
}

async function endsWithLine(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(size - 1, 0));
    return buffer[0] === 10;
  } finally {
    await handle.close();
  }
}

/** Who counts: a process of a machine. */
function owner(pid: number): string {
  return `${hostname().replaceAll(/[^\w-]/g, '_')}-${pid}`;
}

/** Whether the process of this machine that was writing a file is gone. */
function isLeft(name: string): boolean {
  const pid = Number(/-(\d+)\.counting$/.exec(name)?.[1]);
  if (!name.includes(`.${owner(pid)}.`) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
