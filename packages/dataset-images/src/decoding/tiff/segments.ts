import { TAG, type Tags, type TiffFile } from './directory.ts';
import type { Layout } from './layout.ts';

/** A strip or a tile: a rectangle of one plane, or of all samples. */
export interface Segment {
  /** For messages, such as `strip 3 of 12`. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly left: number;
  readonly top: number;
  /** Pixels that it holds; those of a tile go on beyond the edge of the picture. */
  readonly width: number;
  readonly height: number;
  /** The first of its samples, and how many there are. */
  readonly sample: number;
  readonly samples: number;
}

/**
 * All strips or tiles of a picture; each has to lie inside the file, apart from the directories and
 * from the others. Throws an error that says what is wrong.
 */
export function segmentsOf(
  tags: Tags,
  layout: Layout,
  { taken }: TiffFile,
  fileLength: number,
): Segment[] {
  const { width, height, samples, planar } = layout;
  const tiled = tags.has(TAG.tileOffsets);
  const wide = tiled ? (tags.get(TAG.tileWidth)?.[0] ?? 0) : width;
  const tall = tiled
    ? (tags.get(TAG.tileHeight)?.[0] ?? 0)
    : Math.min(tags.get(TAG.rowsPerStrip)?.[0] ?? height, height);
  if (wide === 0 || tall === 0) throw new Error('its strips or tiles have no size');
  const offsets = tags.get(tiled ? TAG.tileOffsets : TAG.stripOffsets) ?? [];
  const lengths = tags.get(tiled ? TAG.tileBytes : TAG.stripBytes) ?? [];
  const part = tiled ? 'tile' : 'strip';
  const across = Math.ceil(width / wide);
  const down = Math.ceil(height / tall);
  const planes = planar ? samples : 1;
  const count = across * down * planes;
  if (offsets.length !== count || lengths.length !== count) {
    throw new Error(
      `it has ${offsets.length} ${part}s and ${lengths.length} lengths of them, its size needs ${count}`,
    );
  }
  const segments = offsets.map((offset, index): Segment => {
    const name = `${part} ${index + 1} of ${count}`;
    const length = lengths[index]!;
    const end = offset + length;
    if (end > fileLength) {
      throw new Error(`${name} ends at byte ${end}, the file at byte ${fileLength}`);
    }
    if (length === 0) throw new Error(`${name} is empty`);
    const inPlane = index % (across * down);
    const top = Math.floor(inPlane / across) * tall;
    return {
      name,
      offset,
      length,
      left: (inPlane % across) * wide,
      top,
      width: wide,
      height: tiled ? tall : Math.min(tall, height - top),
      sample: planar ? Math.floor(index / (across * down)) : 0,
      samples: planar ? 1 : samples,
    };
  });
  refuseOverlaps(segments, taken);
  return segments;
}

function refuseOverlaps(segments: readonly Segment[], taken: TiffFile['taken']): void {
  const places = [
    ...segments.map(({ name, offset, length }) => ({ name, from: offset, to: offset + length })),
    ...taken.map(([from, to]) => ({ name: undefined, from, to })),
  ].sort((left, right) => left.from - right.from || left.to - right.to);
  let last: (typeof places)[number] | undefined;
  for (const place of places) {
    const name = place.name ?? last?.name;
    if (last !== undefined && place.from < last.to && name !== undefined) {
      throw new Error(`${name} lies over other data of the file`);
    }
    if (last === undefined || place.to > last.to) last = place;
  }
}
