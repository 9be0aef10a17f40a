import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@raremask/core';
import { writeAtomically } from '@raremask/record';
import type { CountedImage } from '../reading/plan.ts';

/** Changes with the meaning of the numbers, so that older files are counted anew. */
const VERSION = 4;

/** The facts of one image as numbers in a row: an index of many images stays small. */
export type PackedImage = Float64Array;

/** Lengths that are the same for all images of a set. */
export interface PackedShape {
  readonly space: number;
  readonly classes: number;
  readonly channels: number;
}

export function packImage(image: CountedImage): PackedImage {
  return Float64Array.from([
    image.ignoredPixels,
    image.structureCount,
    image.emptied ? 1 : 0,
    image.pixelsPerSeen,
    Number.parseInt(image.digest.slice(0, 12), 16),
    Number.parseInt(image.digest.slice(12), 16),
    ...image.size,
    ...image.extent,
    ...image.classPixels,
    ...image.lost,
    ...image.intensity.flatMap((fact) => [fact.mean, fact.meanSquare, fact.minimum, fact.maximum]),
    ...image.structures.flatMap((structure) => [
      structure.class,
      structure.pixels,
      ...structure.centre,
    ]),
  ]);
}

export function unpackImage(
  id: string,
  packed: PackedImage,
  { space, classes, channels }: PackedShape,
): CountedImage {
  let at = 0;
  const take = (count: number) => {
    at += count;
    return [...packed.subarray(at - count, at)];
  };
  const repeat = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const [ignoredPixels, structureCount, emptied, pixelsPerSeen] = take(4) as [
    number,
    number,
    number,
    number,
  ];
  const digest = take(2)
    .map((half) => half.toString(16).padStart(12, '0'))
    .join('');
  const size = take(space);
  const extent = take(space);
  const classPixels = take(classes);
  const lost = take(classes);
  const intensity = repeat(channels, () => {
    const [mean, meanSquare, minimum, maximum] = take(4) as [number, number, number, number];
    return { mean, meanSquare, minimum, maximum };
  });
  const structures = repeat((packed.length - at) / (2 + space), () => {
    const [index, pixels] = take(2) as [number, number];
    return { class: index, pixels, centre: take(space) };
  });
  return {
    id,
    size,
    classPixels,
    ignoredPixels,
    structures,
    structureCount,
    digest,
    extent,
    emptied: emptied === 1,
    pixelsPerSeen,
    lost,
    intensity,
  };
}

/** Pixels of each class, without unpacking the rest. */
export function packedClassPixels(
  packed: PackedImage,
  { space, classes }: PackedShape,
): PackedImage {
  const from = 6 + 2 * space;
  return packed.subarray(from, from + classes);
}

/** True where the numbers can be the facts of an image of this shape. */
function fits(packed: readonly unknown[], { space, classes, channels }: PackedShape): boolean {
  const fixed = 6 + 2 * space + 2 * classes + 4 * channels;
  const rest = packed.length - fixed;
  return rest >= 0 && rest % (2 + space) === 0 && packed.every((value) => Number.isFinite(value));
}

/** What was counted before, by id, with the fingerprint it was counted under. */
export type CachedImages = Map<
  string,
  { readonly fingerprint: string; readonly packed: PackedImage }
>;

/**
 * A file of counted facts in a cache folder: a head, then a line of JSON for each image. A file that
 * cannot be used is left alone, named in a warning, and replaced by the next write.
 */
export class SurveyCache {
  readonly #file: string;
  readonly #shape: PackedShape;
  readonly #head: string;
  readonly #warn: (line: string) => void;

  constructor(folder: string, identity: string, shape: PackedShape, warn: (line: string) => void) {
    // Options may hold what nobody else should read, as a key from the environment.
    const hashed = createHash('sha256').update(identity).digest('hex');
    this.#file = join(folder, `survey-${hashed.slice(0, 16)}.ndjson`);
    this.#shape = shape;
    this.#head = JSON.stringify({ survey: VERSION, identity: hashed, ...shape });
    this.#warn = warn;
  }

  async read(): Promise<CachedImages> {
    const images: CachedImages = new Map();
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return images;
      this.#warn(`${this.#file} cannot be read and is counted anew: ${(error as Error).message}`);
      return images;
    }
    const [head, ...lines] = text.split('\n');
    if (head !== this.#head) {
      if (!head?.startsWith('{"survey":')) this.#warnDamaged();
      return images;
    }
    try {
      if (lines.pop() !== '') throw new Error('the last line is cut off');
      for (const line of lines) {
        const [id, fingerprint, ...numbers] = JSON.parse(line) as [string, string, ...number[]];
        if (typeof fingerprint !== 'string' || !fits(numbers, this.#shape)) {
          throw new Error('a line is no image');
        }
        images.set(id, { fingerprint, packed: Float64Array.from(numbers) });
      }
    } catch {
      this.#warnDamaged();
      return new Map();
    }
    return images;
  }

  /** Replaces the file; where that is not possible, a warning says so and nothing else happens. */
  async write(images: CachedImages): Promise<void> {
    const lines = [...images].map(([id, { fingerprint, packed }]) =>
      JSON.stringify([id, fingerprint, ...packed]),
    );
    try {
      await writeAtomically(this.#file, `${[this.#head, ...lines].join('\n')}\n`);
    } catch (error) {
      this.#warn(
        `the counts of the images are not kept for the next run: ${(error as Error).message}`,
      );
    }
  }

  #warnDamaged(): void {
    this.#warn(`${this.#file} is damaged and is counted anew`);
  }
}

/**
 * Fingerprints of many samples, a few at a time; undefined where the data set has none. A sample of which
 * there is none, for example since its file is gone, is left out: reading it says why.
 */
export async function fingerprintsOf(
  dataset: Pick<Dataset, 'fingerprint'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (dataset.fingerprint === undefined) return undefined;
  const found = new Map<string, string>();
  const waiting = ids[Symbol.iterator]();
  const follow = async () => {
    for (const id of waiting) {
      const fingerprint = await fingerprintOf(dataset, id);
      if (fingerprint !== undefined) found.set(id, fingerprint);
    }
  };
  await Promise.all(Array.from({ length: 32 }, follow));
  return found;
}

async function fingerprintOf(
  dataset: Pick<Dataset, 'fingerprint'>,
  id: string,
): Promise<string | undefined> {
  try {
    return await dataset.fingerprint!(id);
  } catch {
    return undefined;
  }
}
