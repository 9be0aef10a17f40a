// A set as everybody gets it: the held part apart, the rest dealt into training and validation by groups.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
 * Deals what is not held: about a fifth of the groups, those with and without foreground apart, validate. Each seed deals
 * anew. Writes a folder for raremask (images/, masks/, lists, groups.csv), one of the test images, and set.json for the peers.
 */
export async function prepare(folder, images, { values, channels }, seed) {
  for (const name of ['data/images', 'data/masks', 'test']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const groups = new Map();
  for (const one of images.filter(({ held }) => !held)) {
    groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  }
  const foreground = new Map();
  for (const [group, members] of groups) {
    let any = false;
    for (const { mask } of members) any ||= (await maskOf(mask)).data.some((value) => value > 0);
    foreground.set(group, any);
  }
  const validating = new Set();
  for (const kind of [true, false]) {
    const names = [...groups.keys()]
      .filter((group) => foreground.get(group) === kind)
      .toSorted((a, b) => hashed(`${seed} ${a}`) - hashed(`${seed} ${b}`));
    for (const name of names.slice(0, Math.ceil(names.length / 5))) validating.add(name);
  }
  const splits = { train: [], validation: [], test: [] };
  for (const { id, image, mask, group, held } of images) {
    splits[held ? 'test' : validating.has(group) ? 'validation' : 'train'].push(id);
    if (held) {
      symlinkSync(image, join(folder, 'test', basename(image)));
    } else {
      symlinkSync(image, join(folder, 'data/images', basename(image)));
      symlinkSync(mask, join(folder, 'data/masks', basename(mask)));
    }
  }
  writeFileSync(join(folder, 'data/train.txt'), `${splits.train.join('\n')}\n`);
  writeFileSync(join(folder, 'data/val.txt'), `${splits.validation.join('\n')}\n`);
  writeFileSync(
    join(folder, 'data/groups.csv'),
    `id,group\n${images
      .filter(({ held }) => !held)
      .map(({ id, group }) => `${id},${group}\n`)
      .join('')}`,
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
