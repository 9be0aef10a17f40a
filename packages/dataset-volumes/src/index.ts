import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Dataset, defineDataset, folder, IGNORE, type Sample } from '@raremask/core';
import { readDatasetJson } from './datasetJson.ts';
import { filesIn } from './dicom.ts';
import { cannotRead, otherChannels, unknownId } from './errors.ts';
import { readGrid, resamplingOf, reversed } from './grid.ts';
import { KeptGrids } from './keptGrids.ts';
import { type Case, type Listing, listCases, listImagesAt } from './listing.ts';
import { type Options, options } from './options.ts';
import { orientationOf } from './orientation.ts';
import { casesOf, type Place } from './predictions.ts';
import { propose } from './propose.ts';
import { readHeader } from './readVolume.ts';
import { sliceAxis, sliceOf } from './slice.ts';

/** Classes of images without truth, where the training data are gone: the training knows its own. */
const SOME = { background: 0, foreground: 1 };

/** Volumes and label maps. */
export default defineDataset({
  name: 'volumes',
  api: 1,
  summary: 'Volumes and label maps, as slices or whole: NIfTI; with @itk-wasm NRRD, MHA and DICOM',
  options,
  needs: { folder },
  async create(given, services) {
    return open(given, await listCases(given, resolve(services.folder, given.root)));
  },
  async openImages(path, given, services) {
    const root = resolve(services.folder, given.root);
    const cases = await listImagesAt(given, resolve(path), root);
    const told = given.classes === undefined ? await readDatasetJson(root) : undefined;
    return open(given, { cases, classes: given.classes ?? told?.classes ?? SOME });
  },
  propose,
});

async function open(given: Options, listing: Listing): Promise<Dataset> {
  const { cases, classes, ignore, told } = listing;
  const classOf = new Map(Object.values(classes).map((value, index) => [value, index]));
  if (ignore !== undefined) classOf.set(ignore, IGNORE);
  const places = new Map<string, Place>();
  let channels: number | undefined;
  let spacing: readonly number[] = [];
  for (const entry of cases) {
    const headers = await Promise.all(entry.images.map(readHeader));
    const found = headers.reduce((sum, header) => sum + header.channels, 0);
    const expected = channels ?? told?.channels.length ?? found;
    if (found !== expected) throw otherChannels(entry.images[0]!, found, expected, told?.file);
    const orientation = orientationOf(headers[0]!);
    const resampling = resamplingOf(entry.images[0]!, orientation, given.spacing);
    if (channels === undefined) {
      const own = reversed(orientation.spacing);
      spacing = own.map((size, axis) => size * (resampling?.step[axis] ?? 1));
    }
    channels = found;
    if (given.view === 'volume') {
      places.set(entry.id, { entry, slice: undefined });
      continue;
    }
    const size = resampling?.to ?? reversed(orientation.extent);
    const count = size[sliceAxis(given.view)]!;
    for (let slice = 0; slice < count; slice++) {
      places.set(`${entry.id}/${String(slice).padStart(4, '0')}`, { entry, slice });
    }
  }
  const placeOf = (id: string) => {
    const place = places.get(id);
    if (place === undefined) throw unknownId(id);
    return place;
  };

  const kept = new KeptGrids();
  const gridOf = (entry: Case) => kept.get(entry.id, () => readGrid(entry, classOf, given.spacing));

  const { view, neighbours } = given;
  return {
    facts: {
      space: view === 'volume' ? 3 : 2,
      channels: channels! * (2 * neighbours + 1),
      classes: Object.entries(classes).map(([name, value]) => ({ name, value })),
      overlapping: false,
      spacing: view === 'volume' ? spacing : spacing.filter((_, axis) => axis !== sliceAxis(view)),
    },
    ids: [...places.keys()],
    group: (id) => placeOf(id).entry.id,
    async read(id): Promise<Sample> {
      const { entry, slice } = placeOf(id);
      const grid = await gridOf(entry);
      if (view === 'volume') {
        const size = reversed(grid.extent);
        const { image, labels, lost } = grid;
        return {
          id,
          size,
          image,
          ...(labels && { labels }),
          ...(lost?.whole && { emptied: true }),
        };
      }
      const axis = sliceAxis(view);
      const emptied = grid.lost !== undefined && grid.lost.slices[axis]![slice!] === 1;
      return { id, ...sliceOf(grid, axis, slice!, neighbours), ...(emptied && { emptied }) };
    },
    async fingerprint(id) {
      const { entry } = placeOf(id);
      const { images, mask } = entry;
      const files = [
        ...images,
        ...(mask === undefined ? [] : [mask]),
        ...(told ? [told.file] : []),
      ];
      return (await Promise.all(files.map(stampOf))).join(' ');
    },
    files(id) {
      const { entry } = placeOf(id);
      return {
        image: entry.images[0]!,
        ...(entry.mask !== undefined && { mask: entry.mask }),
      };
    },
    writePredictions: (predictions, wanted) =>
      casesOf(
        predictions,
        placeOf,
        { axis: view === 'volume' ? 0 : sliceAxis(view), spacing: given.spacing },
        wanted,
      ),
    dispose: () => kept.clear(),
  };
}

/** Size and time of modification; of a folder, those of its files. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (!found.isDirectory()) return `${found.size}-${found.mtimeMs}`;
  const files = await Promise.all((await filesIn(path)).map((file) => stat(file)));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const latest = files.reduce((most, { mtimeMs }) => Math.max(most, mtimeMs), found.mtimeMs);
  return `${files.length}-${size}-${latest}`;
}
