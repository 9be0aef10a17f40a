import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Dataset,
  type DatasetFacts,
  defineDataset,
  folder,
  log,
  type Sample,
} from '@raremask/core';
import {
  type Channels,
  convertChannels,
  decodeImage,
  decodeMask,
  prepareDecoder,
  storedChannels,
} from './decode.ts';
import { cannotRead, mixedChannels, sizeMismatch, unknownId } from './errors.ts';
import { groupsOf } from './group.ts';
import { type LabelMap, labelMap } from './labels.ts';
import { type Entry, listEntries, listImagesAt } from './listing.ts';
import { noticeOf } from './notice.ts';
import { type Options, options } from './options.ts';
import type { Raster } from './png.ts';
import { propose } from './propose.ts';

/** Folders of images and masks. */
export default defineDataset({
  name: 'images',
  api: 1,
  summary: 'Folders of images and masks: PNG, JPEG and TIFF',
  options,
  needs: { folder, log },
  async create(given, services) {
    const root = resolve(services.folder, given.root);
    const entries = await listEntries(given, root, services.log);
    const ids = entries.map(({ id }) => id);
    const remark = given.remark ?? (await noticeOf(root));
    const groups = await groupsOf(given.group, root, ids);
    return open({ ...given, remark }, entries, labelMap(given), groups);
  },
  async openImages(path, given) {
    const entries = await listImagesAt(resolve(path));
    return open(given, entries, labelMap(given), new Map());
  },
  propose,
});

async function open(
  given: Options,
  entries: readonly Entry[],
  map: LabelMap,
  groups: ReadonlyMap<string, string>,
): Promise<Dataset> {
  prepareDecoder();
  const [first] = entries as [Entry, ...Entry[]];
  const channels = await channelsOf(given, first);
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

  const readImage = async (entry: Entry): Promise<Raster> => {
    const stored = await decodeImage(entry.image);
    if (given.channels === 'auto' && stored.channels !== channels) {
      throw mixedChannels(entry.image, first.image, channels);
    }
    return convertChannels(stored, channels);
  };

  return {
    facts,
    ids: entries.map(({ id }) => id),
    group: (id) => groups.get(id),
    async read(id): Promise<Sample> {
      const entry = entryOf(id);
      const [image, ...masks] = await Promise.all([
        readImage(entry),
        ...entry.masks.map(async (file) => (file === undefined ? undefined : decodeMask(file))),
      ]);
      const { width, height } = image;
      for (const [index, mask] of masks.entries()) {
        if (mask !== undefined && (mask.width !== width || mask.height !== height)) {
          const file = entry.masks[index]!;
          throw sizeMismatch(
            { file: entry.image, width, height },
            { file, width: mask.width, height: mask.height },
          );
        }
      }
      const sample = { id, size: [height, width], image: image.data };
      if (entry.masks.length === 0) return sample;
      return { ...sample, labels: map.label(masks, entry.masks, width * height) };
    },
    async fingerprint(id) {
      const { image, masks } = entryOf(id);
      return (await Promise.all([image, ...masks].map(stampOf))).join(' ');
    },
    files(id) {
      const { image, masks } = entryOf(id);
      const mask = masks.length === 1 ? masks[0] : undefined;
      return mask === undefined ? { image } : { image, mask };
    },
  };
}

async function channelsOf(given: Options, first: Entry): Promise<Channels> {
  if (given.channels !== 'auto') return given.channels === 'grey' ? 1 : 3;
  return storedChannels(first.image);
}

/** Size and time of modification; `none` for a mask that is missing and may be. */
async function stampOf(file: string | undefined): Promise<string> {
  if (file === undefined) return 'none';
  const { size, mtimeMs } = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return `${size}-${mtimeMs}`;
}
