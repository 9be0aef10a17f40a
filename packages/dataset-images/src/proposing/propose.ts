import { relative, sep } from 'node:path';
import type { DatasetProposal } from '@raremask/core';
import { some } from '../names.ts';
import { findAnnotated } from './annotated.ts';
import { channelsOf } from './channels.ts';
import { classesOf } from './classes.ts';
import { groupOf } from './groups.ts';
import { maskValues } from './maskValues.ts';
import { orientationOf } from './orientation.ts';
import { findPairs } from './pairs.ts';

/** Looks for images and masks in a folder, or for annotations, reads their values, and looks for groups. */
export async function propose(
  folder: string,
  manifestFolder: string,
): Promise<DatasetProposal | undefined> {
  const path = relative(manifestFolder, folder).split(sep).join('/');
  const root = path === '' ? '.' : path;
  const pairing = await findPairs(folder);
  if (pairing === undefined) return annotated(folder, root);
  const remarks: Record<string, string> = {};
  const { ids, missing, several, spare } = pairing;
  const severally =
    several.length === 0
      ? ''
      : `; ${several.length} have several masks (${some(several)}), which are put together`;
  remarks['data.with.masks'] =
    `${ids.length - missing.length} of ${ids.length} images have a mask${severally}`;
  const classes = classesOf(await maskValues(pairing.maskFiles));
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
  remarks[group.option === undefined ? 'data.split.validation' : 'data.with.group'] = group.remark;
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
    split: { validation: 0.2 },
    remarks,
    ...(group.guess !== undefined && { unlisted: group.guess }),
  };
}

/** Images with annotations where masks would be. */
async function annotated(folder: string, root: string): Promise<DatasetProposal | undefined> {
  const found = await findAnnotated(folder);
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
    ...(group.guess !== undefined && { unlisted: group.guess }),
  };
}
