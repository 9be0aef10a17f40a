// A set as everybody gets it: the held part apart, the rest dealt into training and validation by groups.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { decode } from 'fast-png';
import sharp from 'sharp';

/** A number between 0 and 1 of a text: FNV-1a. */
function hashed(text) {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  }
  // The last characters reach the high bits, too.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/**
 * Deals what is not held: about a fifth of the groups validate, of each kind as many (`kindsOf`). Each seed deals anew. Writes a folder for raremask (images/, masks/, lists, groups.csv), one of the test images, and set.json for the peers.
 */
export async function prepare(folder, images, { values, channels }, seed) {
  for (const name of ['data/images', 'data/masks', 'test']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const groups = new Map();
  const dealt = images.filter(({ held }) => !held);
  // Where all are of one patient, there is nothing but its images to deal.
  const single = new Set(dealt.map(({ group }) => group)).size === 1;
  const unit = ({ id, group }) => (single ? id : group);
  for (const one of dealt) groups.set(unit(one), [...(groups.get(unit(one)) ?? []), one]);
  const kinds = await kindsOf(groups, values);
  const validating = new Set();
  for (const kind of new Set(kinds.values())) {
    const names = [...groups.keys()]
      .filter((group) => kinds.get(group) === kind)
      .toSorted((a, b) => hashed(`${seed} ${a}`) - hashed(`${seed} ${b}`));
    const fifth = names.length === 1 ? 0 : Math.ceil(names.length / 5);
    for (const name of names.slice(0, fifth)) validating.add(name);
  }
  if (validating.size === 0) validating.add([...groups.keys()][0]);
  const splits = { train: [], validation: [], test: [] };
  for (const { id, image, mask, group, held } of images) {
    splits[held ? 'test' : validating.has(unit({ id, group })) ? 'validation' : 'train'].push(id);
    if (held) {
      symlinkSync(image, join(folder, 'test', `${id}${extname(image)}`));
    } else {
      symlinkSync(image, join(folder, 'data/images', basename(image)));
      symlinkSync(mask, join(folder, 'data/masks', basename(mask)));
    }
  }
  writeFileSync(join(folder, 'data/train.txt'), `${splits.train.join('\n')}\n`);
  writeFileSync(join(folder, 'data/val.txt'), `${splits.validation.join('\n')}\n`);
  writeFileSync(
    join(folder, 'data/groups.csv'),
    `id,group\n${dealt.map((one) => `${one.id},${unit(one)}\n`).join('')}`,
  );
  let largest = 0;
  for (const { image } of images) {
    const { depth } = await sharp(image).metadata();
    if (depth !== 'ushort') break;
    for (const value of decode(readFileSync(image)).data) largest = Math.max(largest, value);
  }
  const files = (kind) => Object.fromEntries(images.map((one) => [one.id, one[kind]]));
  writeFileSync(
    join(folder, 'set.json'),
    JSON.stringify({
      values,
      channels,
      largest,
      splits,
      images: files('image'),
      masks: files('mask'),
    }),
  );
  return splits;
}

/** A group's kind: the rarest class that it shows, counted in groups, or 0. A class with two groups is trained on and validated. */
async function kindsOf(groups, values) {
  const shown = new Map();
  const counts = values.map(() => 0);
  for (const [group, members] of groups) {
    const present = new Set();
    for (const { mask } of members)
      for (const value of (await maskOf(mask)).data) present.add(value);
    const classes = [...present].map((value) => values.indexOf(value)).filter((index) => index > 0);
    for (const index of classes) counts[index] += 1;
    shown.set(group, classes);
  }
  const rarest = (classes) =>
    classes.reduce((best, one) => (best === 0 || counts[one] < counts[best] ? one : best), 0);
  return new Map([...shown].map(([group, classes]) => [group, rarest(classes)]));
}

/** A mask's first channel, with its size. */
export async function maskOf(file) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const first =
    info.channels === 1
      ? data
      : Uint8Array.from(
          { length: info.width * info.height },
          (_, index) => data[index * info.channels],
        );
  return { data: first, width: info.width, height: info.height };
}
