import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically, writeJson } from '@raremask/record';
import { encode } from 'fast-png';
import { drawOverlay } from './overlayPicture.ts';
import { type OverlayImage, type Plane, planeOf } from './plane.ts';

/** Why an image is shown. */
export type OverlayKind = 'misses' | 'alarms' | 'good';

/** What overlays/index.json says of one picture. */
export interface OverlayEntry {
  readonly kind: OverlayKind;
  readonly id: string;
  /** Relative to the overlays folder. */
  readonly file: string;
  readonly size: readonly number[];
  /** Index of the plane that is drawn, of a volume. */
  readonly slice?: number;
  readonly dice: number | null;
  readonly misses: number;
  readonly alarms: number;
  /** Width and height of the PNG. */
  readonly picture: readonly [number, number];
}

/** overlays/index.json */
export interface OverlayIndex {
  /** The split that was scored, where the caller said so. */
  readonly split?: string;
  /** What the weights were after, counted from 1, where the caller said so. */
  readonly epoch?: number;
  readonly images: number;
  readonly withForeground: number;
  readonly empty: number;
  /** Empty images with an alarm. */
  readonly alarmed: number;
  /** Whether several foreground classes can be confused. */
  readonly severalClasses: boolean;
  readonly hasProbability: boolean;
  readonly entries: readonly OverlayEntry[];
}

export interface OverlayOptions {
  /** Where `misses/`, `alarms/`, `good/` and `index.json` go. */
  readonly folder: string;
  /** Pictures of each kind; 12 by default. */
  readonly perKind?: number;
  /** Name of the scored split, for the report. */
  readonly split?: string;
}

export interface OverlayCollector {
  /** Looks at one image; keeps a copy of one plane of it if it may be shown. */
  add(image: OverlayImage): void;
  /**
   * Writes the PNGs and the index, and removes the pictures of an earlier evaluation.
   *
   * @param epoch that was scored, counted from 1
   */
  write(epoch?: number): Promise<OverlayIndex>;
}

interface Kept extends Pick<OverlayImage, 'id' | 'size' | 'dice' | 'misses' | 'alarms'> {
  readonly plane: Plane;
}

/** Planes kept for the choice of good cases; more are thinned out evenly. */
const CANDIDATES = 48;

/**
 * Chooses the images to look at while an evaluation runs: the worst misses (images with foreground,
 * lowest Dice first; of few images only the worst third and what is below 0.5), the loudest false alarms (empty images, most alarm pixels first), and a few
 * good cases from the better half, the typical before the best. The order in which images come does
 * not change the first two.
 */
export function collectOverlays(options: OverlayOptions): OverlayCollector {
  const perKind = options.perKind ?? 12;
  const misses: Kept[] = [];
  const alarms: Kept[] = [];
  let candidates: Kept[] = [];
  let stride = 1;
  const counts = { images: 0, withForeground: 0, empty: 0, alarmed: 0 };
  let severalClasses = false;
  let hasProbability = false;
  const dices: number[] = [];

  function add(image: OverlayImage): void {
    counts.images++;
    severalClasses ||= image.classes > (image.overlapping ? 1 : 2);
    hasProbability ||= image.foregroundProbability !== undefined;
    if (image.empty) {
      counts.empty++;
      if (image.alarms === 0) return;
      counts.alarmed++;
      insert(alarms, image, loudest, perKind);
      return;
    }
    const isCandidate = counts.withForeground++ % stride === 0;
    const copy = isCandidate ? kept(image) : undefined;
    insert(misses, image, worst, perKind, copy);
    dices.push(image.dice ?? 0);
    if (copy) candidates.push(copy);
    if (candidates.length > CANDIDATES) {
      candidates = candidates.filter((_, index) => index % 2 === 0);
      stride *= 2;
    }
  }

  async function write(epoch?: number): Promise<OverlayIndex> {
    const middle = dices.sort((left, right) => left - right)[Math.floor(dices.length / 2)] ?? 0;
    const bad = dices.filter((dice) => dice < 0.5).length;
    const worse = misses.slice(0, Math.max(bad, Math.ceil(dices.length / 3)));
    const good = goodCases(
      candidates.filter((one) => !worse.some(({ id }) => id === one.id)),
      middle,
      Math.ceil(perKind / 2),
    );
    const entries: OverlayEntry[] = [];
    for (const [kind, images] of [
      ['misses', worse],
      ['alarms', alarms],
      ['good', good],
    ] as const) {
      for (const [index, image] of images.entries()) {
        entries.push(await writePicture(options.folder, kind, index, image));
      }
    }
    const index: OverlayIndex = {
      ...(options.split !== undefined && { split: options.split }),
      ...(epoch !== undefined && { epoch }),
      ...counts,
      severalClasses,
      hasProbability,
      entries,
    };
    await writeJson(join(options.folder, 'index.json'), index);
    await removeOthers(options.folder, entries);
    return index;
  }

  return { add, write };
}

type Order = (left: OverlayImage | Kept, right: OverlayImage | Kept) => number;

const byId: Order = (left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
const worst: Order = (left, right) =>
  (left.dice ?? 0) - (right.dice ?? 0) || right.misses - left.misses || byId(left, right);
const loudest: Order = (left, right) => right.alarms - left.alarms || byId(left, right);

/** @param copy of the image, where there is one already */
function insert(list: Kept[], image: OverlayImage, order: Order, most: number, copy?: Kept): void {
  if (list.length === most && (most === 0 || order(image, list.at(-1)!) >= 0)) return;
  const place = list.findIndex((other) => order(image, other) < 0);
  list.splice(place === -1 ? list.length : place, 0, copy ?? kept(image));
  if (list.length > most) list.pop();
}

function kept(image: OverlayImage): Kept {
  const { id, size, dice, misses, alarms } = image;
  return { id, size, dice, misses, alarms, plane: planeOf(image) };
}

/** Half of them nearest to the median Dice from above, half of them the best. */
function goodCases(candidates: readonly Kept[], middle: number, most: number): Kept[] {
  const better = candidates
    .filter(({ dice }) => dice !== null && dice > 0 && dice >= middle)
    .sort((left, right) => left.dice! - right.dice! || byId(left, right));
  if (better.length <= most) return better;
  const typical = Math.ceil(most / 2);
  return [...better.slice(0, typical), ...better.slice(better.length - (most - typical))];
}

async function writePicture(
  folder: string,
  kind: OverlayKind,
  index: number,
  { id, size, dice, misses, alarms, plane }: Kept,
): Promise<OverlayEntry> {
  const picture = drawOverlay(plane, kind === 'alarms');
  const name = id.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
  const file = `${kind}/${String(index + 1).padStart(2, '0')}-${name}.png`;
  await writeAtomically(
    join(folder, ...file.split('/')),
    encode({ ...picture, channels: 3, depth: 8 }),
  );
  return {
    kind,
    id,
    file,
    size,
    ...(plane.slice !== undefined && { slice: plane.slice }),
    dice,
    misses,
    alarms,
    picture: [picture.width, picture.height],
  };
}

/** Removes what an earlier call wrote and this one did not; files of other names stay. */
async function removeOthers(folder: string, entries: readonly OverlayEntry[]): Promise<void> {
  const wanted = new Set(entries.map(({ file }) => file));
  for (const kind of ['misses', 'alarms', 'good'] as const) {
    const names = await readdir(join(folder, kind)).catch(() => []);
    for (const name of names) {
      if (/^\d{2,}-.*\.png$/.test(name) && !wanted.has(`${kind}/${name}`)) {
        await rm(join(folder, kind, name), { force: true });
      }
    }
  }
}
