import { stat } from 'node:fs/promises';
import type { Dataset, DatasetFacts, Log, Prediction, Sample, SourceReader } from '@raremask/core';
import type { Annotations } from './annotations/annotations.ts';
import { annotatedSize, runsBeyondImage } from './annotations/errors.ts';
import type { AnnotatedImage } from './annotations/instance.ts';
import { paintLabels } from './annotations/paint.ts';
import { noteOrder } from './annotations/runLengths/beside.ts';
import { imageBytes } from './decoding/bytes.ts';
import { channelCount, takeChannels } from './decoding/channels.ts';
import { cannotRead } from './decoding/errors.ts';
import type { Head } from './decoding/head.ts';
import { decodeImage, decodeScaled, orientationOf, prepareDecoder } from './decoding/image.ts';
import { turnBack } from './decoding/orientation.ts';
import type { Raster } from './decoding/raster.ts';
import { sizeMismatch } from './masks/errors.ts';
import type { LabelMap, MaskFile } from './masks/labels.ts';
import { decodeMask, decodeMaskChannels, decodeMaskColours } from './masks/maskFile.ts';
import { headsOf, noteHeads, someOf } from './notes.ts';
import type { Options } from './options/options.ts';
import { unknownId } from './pairing/errors.ts';
import type { Entry } from './pairing/listing.ts';

/** What a data set is made of, besides its options. */
interface Parts {
  readonly entries: readonly Entry[];
  readonly map: LabelMap;
  readonly groups: ReadonlyMap<string, string>;
  readonly annotations?: Annotations | undefined;
  readonly log: Log;
}

/** What a reader needs of one sample, as plain data. */
interface Source extends Pick<Entry, 'image' | 'masks'> {
  /** The file whose channels the others must have. */
  readonly first: string;
  /** What files of annotations say of the image, where they have the truth. */
  readonly annotated?: { readonly found: AnnotatedImage | undefined };
}

export async function openDataset(given: Options, parts: Parts): Promise<Dataset> {
  prepareDecoder();
  const { entries, map, groups, annotations, log } = parts;
  const usable = entries.filter(({ problem }) => problem === undefined);
  const files = (usable.length > 0 ? usable : entries).map(({ image }) => image);
  const looked = someOf(files);
  const heads = await headsOf(looked);
  noteHeads(looked, heads, { ...given, all: files.length }, log);
  if (annotations !== undefined && given.runLengths !== undefined) {
    const annotated = looked.map((file) => annotations.byImage.get(file));
    noteOrder(annotated, heads, given.runLengths.order, log);
  }
  const { channels, first } = await reference(given, looked, heads);
  const facts: DatasetFacts = {
    space: 2,
    channels,
    classes: map.classes,
    overlapping: given.overlapping,
    ...(given.remark !== undefined && { remark: given.remark }),
  };
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const entryOf = (id: string) => {
    const entry = byId.get(id);
    if (entry === undefined) throw unknownId(id, byId.size);
    return entry;
  };
  const sourceOf = (id: string): Source => {
    const { image, masks, problem } = entryOf(id);
    if (problem !== undefined) throw problem;
    if (annotations === undefined) return { image, masks, first };
    const found = annotations.byImage.get(image);
    if (found?.problem !== undefined) throw found.problem;
    return { image, masks, first, annotated: { found } };
  };
  const reader = openReader(given, facts, map);
  return {
    facts,
    ids: entries.map(({ id }) => id),
    group: (id) => groups.get(id),
    read: async (id) => reader.read(id, sourceOf(id)),
    source: sourceOf,
    async fingerprint(id) {
      const { image, masks } = entryOf(id);
      const truth =
        annotations === undefined
          ? masks.flatMap((own): readonly (string | undefined)[] =>
              own.length === 0 ? [undefined] : own,
            )
          : [annotations.byImage.has(image) ? annotations.fileOf(id) : undefined];
      return (await Promise.all([image, ...truth].map(stampOf))).join(' ');
    },
    files(id) {
      const { image, masks } = entryOf(id);
      const all = masks.flat();
      return all.length === 1 ? { image, mask: all[0]! } : { image };
    },
    ...(given.orientation === 'upright' && {
      async inFileFrame(prediction: Prediction): Promise<Prediction> {
        const { image } = entryOf(prediction.id);
        const orientation = await orientationOf(await imageBytes(image));
        const [height, width] = prediction.size as [number, number];
        const turn = <V extends Uint8Array | Float32Array>(values: V) =>
          turnBack(values, [height, width], orientation);
        return {
          ...prediction,
          size: orientation > 4 ? [width, height] : [height, width],
          labels: turn(prediction.labels),
          probabilities: turn(prediction.probabilities),
          ...(prediction.doubt && { doubt: turn(prediction.doubt) }),
        };
      },
    }),
  };
}

/** Reads samples by their sources. */
export function openReader(given: Options, facts: DatasetFacts, map: LabelMap): SourceReader {
  prepareDecoder();
  const reading = {
    inks: typeof given.channels !== 'string',
    upright: given.orientation === 'upright',
  };
  const readImage = async ({ image, first }: Source) => {
    const { stored, pixelSize } = await decodeScaled(image, reading);
    const raster = takeChannels(image, stored, given.channels, facts.channels, first);
    return { ...raster, pixelSize };
  };
  return {
    async read(id, source): Promise<Sample> {
      const own = source as Source;
      const [image, slots] = await Promise.all([readImage(own), masksOf(own, given, map)]);
      const { width, height, pixelSize } = image;
      const sample = { id, size: [height, width], image: image.data, pixelSize };
      if (own.annotated !== undefined) {
        const { crowd = 'ignore' } = given.coco ?? {};
        const labels = painted(own.image, own.annotated.found, image, facts, crowd);
        return { ...sample, labels };
      }
      for (const { file, raster } of slots.flat()) {
        if (raster.width !== width || raster.height !== height) {
          throw sizeMismatch(
            { file: own.image, width, height },
            { file, width: raster.width, height: raster.height },
          );
        }
      }
      if (own.masks.length === 0) return sample;
      return { ...sample, labels: map.label(slots, width * height) };
    },
  };
}

/** How many channels the set has, and the file that says so: the first whose head can be read. */
async function reference(
  { channels }: Options,
  files: readonly string[],
  heads: readonly (Head | undefined)[],
): Promise<{ channels: number; first: string }> {
  const at = heads.findIndex((head) => head?.channels !== undefined);
  const first = files[Math.max(at, 0)]!;
  if (channels === 'auto' && at >= 0) return { channels: heads[at]!.channels!, first };
  if (channels !== 'auto') return { channels: channelCount(channels), first };
  // No head can be read: what is wrong with the first file is the reason.
  const stored = await decodeImage(first, { inks: false, upright: false });
  return { channels: stored.channels - stored.alpha.length, first };
}

/** The masks of one image, by slot: one for all classes, or one a class. */
async function masksOf(
  { masks }: Pick<Entry, 'masks'>,
  given: Options,
  map: LabelMap,
): Promise<readonly (readonly MaskFile[])[]> {
  const reading = {
    lossy: given.threshold !== undefined,
    whiteIsZero: given.whiteIsZero,
    upright: given.orientation === 'upright',
  };
  if (given.maskChannels === 'classes' && masks.length > 0) {
    const names = Object.keys(given.classes);
    const all = await Promise.all(
      masks[0]!.map(async (file) => ({
        file,
        rasters: await decodeMaskChannels(file, names, reading),
      })),
    );
    return names.map((_, slot) =>
      all.map(({ file, rasters }) => ({ file, raster: rasters[slot]! })),
    );
  }
  const decode = map.coloured ? decodeMaskColours : decodeMask;
  return Promise.all(
    masks.map((own) =>
      Promise.all(own.map(async (file) => ({ file, raster: await decode(file, reading) }))),
    ),
  );
}

function painted(
  file: string,
  found: AnnotatedImage | undefined,
  { width, height }: Raster,
  facts: DatasetFacts,
  crowd: 'ignore' | 'count',
): Uint8Array {
  const { length } = facts.classes;
  if (found === undefined) return new Uint8Array(width * height * (facts.overlapping ? length : 1));
  const { place, size, instances, reach } = found;
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    throw annotatedSize(place, size, { file, width, height });
  }
  if (reach !== undefined && reach.pixels > width * height) {
    throw runsBeyondImage(reach.place, reach.pixels, { file, width, height });
  }
  return paintLabels(instances, { width, height }, length, facts.overlapping, crowd);
}

/** Size and time of modification; `none` for a mask that is missing and may be. */
async function stampOf(file: string | undefined): Promise<string> {
  if (file === undefined) return 'none';
  const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return `${size}-${mtimeMs}`;
}
