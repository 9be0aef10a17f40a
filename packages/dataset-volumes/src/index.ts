import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Dataset, defineDataset, folder, IGNORE, type Log, log } from '@raremask/core';
import { readDatasetJson } from './cases/datasetJson.ts';
import { unknownId } from './cases/errors.ts';
import { stampOf } from './cases/fingerprint.ts';
import { readGrid } from './cases/grid.ts';
import { KeptGrids } from './cases/keptGrids.ts';
import { type Listing, listCases, listImagesAt } from './cases/listing.ts';
import { openCases } from './cases/openCases.ts';
import { sliceAxis, sliceOf, wholeOf } from './cases/slice.ts';
import { readHeader } from './formats/readVolume.ts';
import { type Options, options } from './options.ts';
import { casesOf, type Files } from './predictions.ts';
import { propose } from './propose.ts';

/** Classes of images without truth, where the training data are gone: the training knows its own. */
const SOME = { background: 0, foreground: 1 };

const FILES: Files = { header: readHeader, gzip: promisify(gzip) };

/** Volumes and label maps. */
export default defineDataset({
  name: 'volumes',
  api: 1,
  summary:
    'Volumes and label maps, as slices or whole: NIfTI and DICOM; with @itk-wasm NRRD and MHA',
  options,
  needs: { folder, log },
  async create(given, services) {
    const root = resolve(services.folder, given.root);
    return { ...(await open(given, await listCases(given, root), services.log)), root };
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
  const { classes, ignore, told } = listing;
  const { view, neighbours } = given;
  const axis = view === 'volume' ? undefined : sliceAxis(view);
  const { places, channels, spacing } = await openCases(given, listing, log);
  const placeOf = (id: string) => {
    const place = places.get(id);
    if (place === undefined) throw unknownId(id);
    return place;
  };

  const inView = (zyx: readonly number[]) => zyx.filter((_, own) => own !== axis);

  const indices = new Map(Object.values(classes).map((value, index) => [value, index]));
  if (ignore !== undefined) indices.set(ignore, IGNORE);
  const kept = new KeptGrids();
  return {
    facts: {
      space: axis === undefined ? 3 : 2,
      channels: channels * (2 * neighbours + 1),
      classes: Object.entries(classes).map(([name, value]) => ({ name, value })),
      overlapping: false,
      spacing: inView(spacing),
    },
    ids: [...places.keys()],
    group: (id) => placeOf(id).entry.id,
    async read(id) {
      const place = placeOf(id);
      if (place.problem !== undefined) throw place.problem;
      const { entry, slice } = place;
      const spacing = inView(place.spacing);
      const grid = await kept.get(entry.id, () =>
        readGrid(entry, { indices, values: classes }, given.spacing),
      );
      if (axis === undefined || slice === undefined) return { id, spacing, ...wholeOf(grid) };
      return { id, spacing, ...sliceOf(grid, axis, slice, neighbours) };
    },
    async fingerprint(id) {
      const { images, mask } = placeOf(id).entry;
      const files = [...images, mask, told?.file].filter((file) => file !== undefined);
      return (await Promise.all(files.map(stampOf))).join(' ');
    },
    files(id) {
      const { images, mask } = placeOf(id).entry;
      return { image: images[0]!, ...(mask !== undefined && { mask }) };
    },
    writtenAs: (id) => placeOf(id).entry.id,
    writePredictions: (predictions, wanted) =>
      casesOf(predictions, placeOf, { axis: axis ?? 0, spacing: given.spacing }, wanted, FILES),
    dispose: () => kept.clear(),
  };
}
