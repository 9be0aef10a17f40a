import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Dataset,
  defineDataset,
  folder,
  IGNORE,
  isRaremaskError,
  type Log,
  log,
  type RaremaskError,
  type Sample,
} from '@raremask/core';
import { readDatasetJson } from './datasetJson.ts';
import { filesIn } from './dicom.ts';
import { cannotRead, otherChannels, severalUnusable, unknownId } from './errors.ts';
import { readGrid, resamplingOf, reversed } from './grid.ts';
import { KeptGrids } from './keptGrids.ts';
import { type Case, type Listing, listCases, listImagesAt } from './listing.ts';
import { readNiftiHeader } from './nifti.ts';
import { type Options, options } from './options.ts';
import { orientationOf } from './orientation.ts';
import { casesOf, type Place } from './predictions.ts';
import { propose } from './propose.ts';
import { readHeader } from './readVolume.ts';
import type { Axes } from './resample.ts';
import { sliceAxis, sliceOf } from './slice.ts';

/** Classes of images without truth, where the training data are gone: the training knows its own. */
const SOME = { background: 0, foreground: 1 };

/** Volumes and label maps. */
export default defineDataset({
  name: 'volumes',
  api: 1,
  summary:
    'Volumes and label maps, as slices or whole: NIfTI and DICOM; with @itk-wasm NRRD and MHA',
  options,
  needs: { folder, log },
  async create(given, services) {
    const listing = await listCases(given, resolve(services.folder, given.root));
    return open(given, listing, services.log);
  },
  async openImages(path, given, services) {
    const root = resolve(services.folder, given.root);
    const cases = await listImagesAt(given, resolve(path), root);
    const told = given.classes === undefined ? await readDatasetJson(root) : undefined;
    return open(given, { cases, classes: given.classes ?? told?.classes ?? SOME }, services.log);
  },
  propose,
});

async function open(given: Options, listing: Listing, log: Log): Promise<Dataset> {
  const { cases, classes, ignore, told } = listing;
  const classOf = new Map(Object.values(classes).map((value, index) => [value, index]));
  if (ignore !== undefined) classOf.set(ignore, IGNORE);
  const places = new Map<string, Place>();
  let channels: number | undefined;
  let spacing: readonly number[] = [];
  const unusable: RaremaskError[] = [];
  const contradictions: string[] = [];
  for (const entry of cases) {
    const grid = await gridOfCase(entry, given.spacing).catch((error: unknown) => {
      if (!isRaremaskError(error) || error.category !== 'data') throw error;
      unusable.push(error);
    });
    if (grid === undefined) continue;
    contradictions.push(...grid.contradictions);
    const expected = channels ?? told?.channels.length ?? grid.channels;
    if (grid.channels !== expected) {
      unusable.push(otherChannels(entry.images[0]!, grid.channels, expected, told?.file));
      continue;
    }
    if (channels === undefined) spacing = grid.spacing;
    channels = grid.channels;
    if (given.view === 'volume') {
      places.set(entry.id, { entry, slice: undefined });
      continue;
    }
    const count = grid.size[sliceAxis(given.view)]!;
    for (let slice = 0; slice < count; slice++) {
      places.set(`${entry.id}/${String(slice).padStart(4, '0')}`, { entry, slice });
    }
  }
  warnOfContradictions(contradictions, log);
  if (unusable.length === 1) throw unusable[0]!;
  if (unusable.length > 1)
    throw severalUnusable(dirname(cases[0]!.images[0]!), unusable, cases.length);
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

/** What the headers of a case say; extent and size of voxels as it is read with, both [z, y, x]. */
interface CaseGrid {
  readonly channels: number;
  readonly size: Axes;
  readonly spacing: Axes;
  /** Its files whose headers contradict themselves, and in what. */
  readonly contradictions: readonly string[];
}

async function gridOfCase({ images, mask }: Case, wanted: Options['spacing']): Promise<CaseGrid> {
  const headers = await Promise.all(images.map(readHeader));
  // NIfTI alone can contradict itself; a label map that is damaged is told when it is read.
  const truth = mask === undefined ? mask : await readNiftiHeader(mask).catch(() => undefined);
  const orientation = orientationOf(headers[0]!);
  const resampling = resamplingOf(images[0]!, orientation, wanted);
  const [z, y, x] = reversed(orientation.spacing);
  const step = resampling?.step ?? [1, 1, 1];
  return {
    channels: headers.reduce((sum, header) => sum + header.channels, 0),
    size: resampling?.to ?? reversed(orientation.extent),
    spacing: [z * step[0], y * step[1], x * step[2]],
    contradictions: [...headers, truth].flatMap((header, index) =>
      header?.contradiction ? [`${images[index] ?? mask} (${header.contradiction})`] : [],
    ),
  };
}

function warnOfContradictions(files: readonly string[], log: Log): void {
  if (files.length === 0) return;
  const more = files.length > SHOWN ? `, and ${files.length - SHOWN} more` : '';
  log.warn(
    `the qform contradicts the sform, which is used, in ${files.slice(0, SHOWN).join(', ')}${more}: look whether structures and label maps lie on each other, and mend the headers`,
  );
}

/** So many files are named in a warning. */
const SHOWN = 5;

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
