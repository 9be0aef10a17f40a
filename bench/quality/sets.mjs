// The sets of the comparison: where their files lie, what their mask values mean, and how many channels they have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * values: of the masks, the background first. phantom: parameters of raremask-phantom in place of a folder. made: a kind
 * that `made.mjs` draws.
 */
export const SETS = {
  magnetic_tile: { values: [0, 1, 2, 3, 4, 5], channels: 1 },
  smear_nuclei: { values: [0, 255], channels: 1 },
  nuclei: { values: [0, 255], channels: 3 },
  lung_ct_patches: { values: [0, 1], channels: 1 },
  ms_lesion_2d: { values: [0, 255], channels: 1 },
  'phantom-few': phantom('0.1'),
  'phantom-many': phantom('0.4'),
  scratches: { values: [0, 255], channels: 1, made: 'scratches' },
  boards: { values: [0, 1, 2, 3, 4], channels: 1, made: 'boards' },
  ships: { values: [0, 255], channels: 3, made: 'ships' },
  fundus: { values: [0, 1, 2, 3], channels: 3, made: 'fundus' },
  cloth: { values: [0, 1, 2, 3, 4, 5, 6], channels: 1, made: 'cloth' },
};

/** @param share of the slices that show a nodule */
function phantom(share) {
  const size = ['--cases', '60', '--slices', '10', '--size', '96', '--test', '0.25'];
  return { values: [0, 255], channels: 1, phantom: [...size, '--nodule-slices', share] };
}

/** A CSV file without quotes as objects. */
function rows(text) {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])),
  );
}

/**
 * The images of a set: id, files, group, and whether they are of the part that nobody sees before the scores (the set's own
 * validation list, or the phantom's test list). What is drawn can be drawn again: all images of the folder `again` are held
 * too, so that a difference between two networks is more than that of a few images.
 */
export function imagesOf(folder, again, set) {
  const more = again ? listed(again, set) : [];
  return [
    ...listed(folder, set),
    ...more.map((one) => ({
      ...one,
      ...{ id: `again-${one.id}`, group: `again-${one.group}`, held: true },
    })),
  ];
}

function listed(folder, { phantom }) {
  const held = new Set(list(join(folder, phantom ? 'test.txt' : 'val.txt')));
  const all = new Set([
    ...held,
    ...list(join(folder, 'train.txt')),
    ...(phantom ? list(join(folder, 'val.txt')) : []),
  ]);
  const groups = phantom
    ? undefined
    : new Map(
        rows(readFileSync(join(folder, 'split.csv'), 'utf8')).map(({ id, group }) => [id, group]),
      );
  const files = (kind) =>
    new Map(
      readdirSync(join(folder, kind)).map((name) => [
        name.replace(/\.[^.]+$/, ''),
        join(folder, kind, name),
      ]),
    );
  const [images, masks] = [files('images'), files('masks')];
  return [...all].map((id) => ({
    id,
    image: images.get(id),
    mask: masks.get(id),
    // Slices of a phantom are named by their case.
    group: groups?.get(id) ?? id.replace(/[-_][^-_]*$/, ''),
    held: held.has(id),
  }));
}

function list(file) {
  return readFileSync(file, 'utf8').trim().split(/\r?\n/);
}
