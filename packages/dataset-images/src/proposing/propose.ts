import { relative, sep } from 'node:path';
import type { DatasetProposal } from '@raremask/core';
import { lossyMask } from '../masks/errors.ts';
import { some } from '../names.ts';
import { findAnnotated } from './annotated.ts';
import { channelsOf } from './channels.ts';
import { classesOf } from './classes.ts';
import { groupOf } from './groups.ts';
import { labelled } from './labelled.ts';
import { findLayouts } from './layouts.ts';
import { areChangedColours, arePictures, type MaskValues, maskValues } from './maskValues.ts';
import { orientationOf } from './orientation.ts';
import { type Division, findPairs, LOSSY, type Pairing } from './pairs.ts';
import { findTable } from './tables/tables.ts';

/**
 * Looks for images and masks in a folder, or for annotations, reads their values, and looks for groups.
 *
 * @throws RaremaskError where the only masks are in colour, and JPEG files
 */
export async function propose(
  folder: string,
  manifestFolder: string,
): Promise<DatasetProposal | undefined> {
  const path = relative(manifestFolder, folder).split(sep).join('/');
  const root = path === '' ? '.' : path;
  let changed: string | undefined;
  for (const find of [findPairs, findLayouts]) {
    const pairings = await find(folder);
    for (const pairing of pairings) {
      const values = await maskValues(pairing.maskFiles);
      if (areChangedColours(values)) {
        changed ??= pairing.maskFiles.find((file) => LOSSY.test(file));
        continue;
      }
      const others = othersOf(pairing, pairings);
      const found = await proposed(folder, { root, pairing, values, others });
      if (found !== undefined) return found;
    }
  }
  const found = await annotated(folder, root);
  if (found === undefined && changed !== undefined) throw lossyMask(changed, 'JPEG');
  return found;
}

interface Read {
  readonly root: string;
  readonly pairing: Pairing;
  readonly values: MaskValues;
  readonly others: readonly string[];
}

/** Other files that may be masks of most of the images. */
function othersOf(pairing: Pairing, pairings: readonly Pairing[]): readonly string[] {
  const images = new Set(pairing.pairs.map(([image]) => image));
  const files = new Set([...pairing.maskFiles, ...pairing.imageFiles]);
  return pairings
    .filter(({ pairs, maskFiles }) => {
      const shared = pairs.filter(([image]) => images.has(image)).length;
      return 2 * shared >= images.size && !maskFiles.some((file) => files.has(file));
    })
    .map(({ masks }) => masks);
}

/** Undefined where what looked like masks are none. */
async function proposed(
  folder: string,
  { root, pairing, values, others }: Read,
): Promise<DatasetProposal | undefined> {
  if (arePictures(values)) return undefined;
  const classes = pairing.labels
    ? await labelled(classesOf(values), pairing.labels)
    : classesOf(values);
  if (classes === undefined) return undefined;
  const remarks: Record<string, string> = {};
  const { ids, missing, several, spare, leftOut = [] } = pairing;
  const severally =
    several.length === 0
      ? ''
      : `; ${several.length} have several masks (${some(several)}), which are put together`;
  const every = pairing.labels ? 'a mask of every class' : 'a mask';
  remarks['data.with.masks'] =
    `${ids.length - missing.length} of ${ids.length} images have ${every}${severally}`;
  if (others.length > 0) {
    remarks['data.with.masks'] +=
      `; ${some(others)} would fit as well; assumed: they are something else, such as fields of view or a second reading`;
  }
  if (leftOut.length > 0) {
    remarks['data.with.images'] =
      `left out, as there are no masks of theirs: the images in ${some(leftOut)}`;
  }
  remarks['data.with.classes'] = classes.remark;
  const channels = await channelsOf(pairing.imageFiles);
  if (channels !== undefined) remarks['data.with.channels'] = channels.remark;
  const orientation = await orientationOf(pairing.pairs);
  if (orientation !== undefined) remarks['data.with.orientation'] = orientation.remark;
  // Masks without an image mean that names do not match: then a missing mask says nothing.
  const empty = missing.length > 0 && spare.length === 0;
  if (empty) {
    remarks['data.with.missingMask'] =
      `assumed: the ${missing.length} images without a mask file (for example ${missing[0]}) show no structure; write error, and mend the files, if that is wrong`;
  } else if (missing.length > 0) {
    remarks['data.with.masks'] +=
      `; ${spare.length} masks belong to no image (${some(spare)}): mend the names`;
  }
  const group = await groupOf(folder, ids);
  const { split, remark } = splitOf(pairing.divisions ?? []);
  const place = 'data.split.validation';
  if (group.option !== undefined) remarks['data.with.group'] = group.remark;
  const said = [remark ?? '', group.option === undefined ? group.remark : ''].filter(Boolean);
  if (said.length > 0) remarks[place] = said.join('; ');
  return {
    options: {
      root,
      images: pairing.images,
      masks: pairing.masks,
      ...classes.options,
      ...(empty && { missingMask: 'empty' }),
      ...(channels !== undefined && { channels: channels.option }),
      ...(orientation !== undefined && { orientation: orientation.option }),
      ...(group.option !== undefined && { group: group.option }),
    },
    split,
    remarks,
    ...(empty && { assumed: emptyOf(missing) }),
    ...(group.guess !== undefined && { unlisted: group.guess }),
  };
}

/**
 * By the folders of a set that is divided already. A part without masks is none to train or to be scored on alone: then
 * images are divided whatever folder they lie in.
 */
function splitOf(divisions: readonly Division[]): {
  readonly split: DatasetProposal['split'];
  readonly remark?: string;
} {
  const of = (split: Division['split']) => divisions.filter((one) => one.split === split);
  const [[train], [validation], [test]] = [of('train'), of('validation'), of('test')];
  const share = { validation: 0.2 };
  const isWhole = divisions.every(({ hasMasks }) => hasMasks);
  if (train === undefined || (validation === undefined && test === undefined)) {
    return { split: share };
  }
  if (!isWhole || new Set(divisions.map(({ split }) => split)).size < divisions.length) {
    const names = divisions.map(({ begins }) => begins).join(', ');
    return {
      split: share,
      remark: `${names} are not followed, as not all of them have masks`,
    };
  }
  const held = test && { test: { begins: test.begins } };
  if (validation === undefined) {
    return { split: { ...share, ...held }, remark: `${test!.begins} stays unseen` };
  }
  return {
    split: {
      train: { begins: train.begins },
      validation: { begins: validation.begins },
      ...held,
    },
    remark: 'as the folders say',
  };
}

/** Images with annotations where masks would be. */
async function annotated(folder: string, root: string): Promise<DatasetProposal | undefined> {
  const found = (await findAnnotated(folder)) ?? (await findTable(folder));
  if (found === undefined) return undefined;
  const channels = await channelsOf(found.imageFiles);
  const group = await groupOf(folder, found.ids);
  const place = group.option === undefined ? 'data.split.validation' : 'data.with.group';
  return {
    options: {
      root,
      ...found.options,
      ...(channels !== undefined && { channels: channels.option }),
      ...(group.option !== undefined && { group: group.option }),
    },
    split: { validation: 0.2 },
    remarks: {
      ...found.remarks,
      ...(channels !== undefined && { 'data.with.channels': channels.remark }),
      [place]: group.remark,
    },
    ...(found.empty !== undefined && { assumed: emptyOf(found.empty) }),
    ...(group.guess !== undefined && { unlisted: group.guess }),
  };
}

/** Images of which `missingMask: empty` assumes that they show nothing. */
function emptyOf(ids: readonly string[]): NonNullable<DatasetProposal['assumed']> {
  return { ids, options: ['missingMask'], remarks: ['data.with.missingMask'] };
}
