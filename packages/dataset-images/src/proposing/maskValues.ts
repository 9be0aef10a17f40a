import { RaremaskError } from '@raremask/core';
import { namesOfFormats } from '../decoding/formats.ts';
import type { Raster } from '../decoding/raster.ts';
import { decodeMask, decodeMaskColours, type MaskReading } from '../masks/maskFile.ts';
import { colourText } from '../options/colour.ts';
import { ObjectNumberSearch, type ObjectNumbers } from './objectNumbers.ts';
import { LOSSY } from './pairs.ts';

/** Masks that are read for their values; of more, as many are taken evenly. */
const MASKS_READ = 1000;
/** More colours than this are no classes. */
const MOST_COLOURS = 256;

/** What masks hold. */
export interface MaskValues {
  /** Pixels of each value. */
  readonly counts: ReadonlyMap<number, number>;
  /** Values of a few pixels in one mask alone, which look like mistakes; they are not among the counts. */
  readonly strays: readonly Stray[];
  /** Pixels of each colour, as `#rrggbb`, of masks in colour. */
  readonly colours: ReadonlyMap<string, number>;
  /** Whether a mask holds 1 and 255. */
  readonly together: boolean;
  /** Where values look as if they numbered objects. */
  readonly objects: ObjectNumbers | undefined;
  /** Masks that are JPEG files. */
  readonly lossy: number;
  /** Masks whose 0 is white. */
  readonly whiteIsZero: number;
  readonly read: number;
  readonly all: number;
}

/** A value that one mask has, and no other. */
interface Stray {
  readonly value: number;
  readonly pixels: number;
  readonly file: string;
}

/** A stray value has at most so many pixels, in one of at least so many masks; more of them are none. */
const STRAY = { pixels: 8, masks: 8, values: 3 };

const TIFF = namesOfFormats(['tiff']);

const READING: MaskReading = { lossy: true, whiteIsZero: 'stored', upright: false };

export async function maskValues(files: readonly string[]): Promise<MaskValues> {
  const step = Math.max(1, files.length / MASKS_READ);
  const chosen = Array.from(
    { length: Math.min(files.length, MASKS_READ) },
    (_, index) => files[Math.floor(index * step)]!,
  );
  const counts = new Map<number, number>();
  const colours = new Map<string, number>();
  const holders = new Map<number, { readonly file: string; masks: number }>();
  const objects = new ObjectNumberSearch();
  let together = false;
  let whiteIsZero = 0;
  const waiting = chosen[Symbol.iterator]();
  const follow = async () => {
    for (const file of waiting) {
      const mask = await masked(file);
      if (mask === undefined) continue;
      if (mask.channels === 3) {
        countColours(mask, colours);
        continue;
      }
      if (await refusesWhite(file)) whiteIsZero++;
      const own = countsOf(mask.data);
      for (const [value, pixels] of own) {
        counts.set(value, (counts.get(value) ?? 0) + pixels);
        const holder = holders.get(value);
        if (holder === undefined) holders.set(value, { file, masks: 1 });
        else holder.masks++;
      }
      objects.add(mask, own);
      together ||= own.has(1) && own.has(255);
    }
  };
  await Promise.all(Array.from({ length: 4 }, follow));
  const lossy = chosen.filter((file) => LOSSY.test(file)).length;
  const strays = [...holders].flatMap(([value, { file, masks }]): Stray[] => {
    const pixels = counts.get(value)!;
    return masks === 1 && pixels <= STRAY.pixels ? [{ value, pixels, file }] : [];
  });
  const some = strays.length <= STRAY.values && counts.size - strays.length > 1;
  // The last of many objects may be small, too.
  const isTold = some && chosen.length >= STRAY.masks && lossy === 0 && objects.found === undefined;
  const told = isTold ? strays : [];
  for (const { value } of told) counts.delete(value);
  const found = {
    ...{ counts, strays: told, colours, together, lossy, whiteIsZero },
    objects: objects.found,
  };
  return { ...found, read: chosen.length, all: files.length };
}

/**
 * More values, none of which has this share of the pixels, are grey levels of a picture; in JPEG files, where values
 * change, those of which fewer are near the lowest or the highest.
 */
const PICTURE = { values: 64, share: 0.25, near: 0.8 };

/** Whether these are no masks, but pictures. */
export function arePictures({ colours, counts, lossy }: MaskValues): boolean {
  if (colours.size >= MOST_COLOURS) return true;
  if (counts.size <= PICTURE.values) return false;
  const all = sum([...counts.values()]);
  if (lossy === 0) return [...counts.values()].every((count) => count < PICTURE.share * all);
  const values = [...counts.keys()];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const reach = (high - low) / 8;
  const near = [...counts].filter(([value]) => value - low <= reach || high - value <= reach);
  return sum(near.map(([, count]) => count)) < PICTURE.near * all;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

/** Whether these are masks in colour that JPEG has changed: few colours, or one of most pixels, as no photograph has. */
export function areChangedColours({ colours, lossy }: MaskValues): boolean {
  const pixels = [...colours.values()];
  if (lossy === 0 || pixels.length === 0) return false;
  return pixels.length < MOST_COLOURS || 2 * Math.max(...pixels) > sum(pixels);
}

/** Pixels of each value. */
function countsOf(data: Raster['data']): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of data) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The mask's values, or its colours; nothing of a damaged one, which is the inspection's to report. */
async function masked(file: string): Promise<Raster | undefined> {
  try {
    return await decodeMask(file, READING);
  } catch (error) {
    if ((error as RaremaskError).code !== 'RAREMASK_IMAGES_COLOURED_MASK') return undefined;
    return decodeMaskColours(file, READING).catch(() => undefined);
  }
}

async function refusesWhite(file: string): Promise<boolean> {
  if (!TIFF.test(file)) return false;
  const wrong = await decodeMask(file, { ...READING, whiteIsZero: 'error' }).catch(
    (error) => error,
  );
  return wrong instanceof RaremaskError && wrong.code === 'RAREMASK_IMAGES_WHITE_IS_ZERO';
}

function countColours({ data, width, height }: Raster, counts: Map<string, number>): void {
  const scale = data instanceof Uint8Array ? 1 : 257;
  for (let at = 0; at < 3 * width * height; at += 3) {
    const [red, green, blue] = [data[at]! / scale, data[at + 1]! / scale, data[at + 2]! / scale];
    const colour = colourText(Math.round(red) * 65536 + Math.round(green) * 256 + Math.round(blue));
    if (counts.has(colour) || counts.size < MOST_COLOURS) {
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
}
