import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { drawOverlay, OVERLAY_COLOURS } from '../src/overlays/overlayPicture.ts';
import { collectOverlays } from '../src/overlays/overlays.ts';
import { type OverlayImage, planeOf } from '../src/overlays/plane.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-overlays-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Change extends Partial<OverlayImage> {
  readonly id: string;
}

/** A grey ramp of 8 x 8 with a square truth and an equal prediction, unless told otherwise. */
function image(change: Change): OverlayImage {
  const square = Uint8Array.from({ length: 64 }, (_, pixel) =>
    inside(pixel >> 3, 2, 5) && inside(pixel & 7, 2, 5) ? 1 : 0,
  );
  return {
    size: [8, 8],
    channels: 1,
    image: Float32Array.from({ length: 64 }, (_, pixel) => pixel),
    truth: square,
    predicted: square,
    classes: 2,
    overlapping: false,
    dice: 1,
    misses: 0,
    alarms: 0,
    empty: false,
    ...change,
  };
}

const inside = (value: number, from: number, to: number) => value >= from && value <= to;

const noTruth = { truth: new Uint8Array(64), dice: null, empty: true } as const;

/** Pixels of a picture that have exactly a colour. */
function count(
  picture: { readonly data: ArrayLike<number> },
  [red, green, blue]: readonly [number, number, number],
): number {
  let found = 0;
  for (let at = 0; at < picture.data.length; at += 3) {
    const [r, g, b] = [picture.data[at], picture.data[at + 1], picture.data[at + 2]];
    if (r === red && g === green && b === blue) found++;
  }
  return found;
}

describe('the choice', () => {
  test('holds the lowest Dice, and apart from them the loudest alarms, the worst first', async () => {
    const overlays = collectOverlays({ folder, perKind: 2, split: 'test' });
    for (const [id, dice] of [
      ['a', 0.4],
      ['b', 0.1],
      ['c', 0.9],
      ['d', 0.3],
      ['e', 0.8],
    ] as const) {
      overlays.add(image({ id, dice }));
    }
    for (const [id, alarms] of [
      ['f', 3],
      ['g', 0],
      ['h', 50],
      ['i', 7],
    ] as const) {
      overlays.add(image({ id, ...noTruth, alarms }));
    }
    const index = await overlays.write();
    const ids = (kind: string) =>
      index.entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
    expect(ids('misses')).toEqual(['b', 'd']);
    expect(ids('alarms')).toEqual(['h', 'i']);
    expect(ids('good')).toEqual(['a']); // the median, 0.4, of what is not shown already
    expect(index).toMatchObject({
      split: 'test',
      images: 9,
      withForeground: 5,
      empty: 4,
      alarmed: 3,
    });
  });

  test('does not depend on the order of the images', async () => {
    const images = Array.from({ length: 20 }, (_, index) =>
      image({ id: `image${index}`, dice: (index % 5) / 10 }),
    );
    const chosen = async (list: readonly OverlayImage[]) => {
      const overlays = collectOverlays({ folder, perKind: 4 });
      for (const one of list) overlays.add(one);
      const { entries } = await overlays.write();
      return entries.filter(({ kind }) => kind === 'misses').map(({ id }) => id);
    };
    expect(await chosen(images)).toEqual(await chosen(images.toReversed()));
  });

  test('shows every image that is not in the better half or is bad, and none twice', async () => {
    const overlays = collectOverlays({ folder });
    for (const [id, dice] of [
      ['a', 0.9],
      ['b', 0.95],
    ] as const)
      overlays.add(image({ id, dice }));
    const { entries } = await overlays.write();
    expect(entries.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['misses a', 'good b']);
  });
});

describe('the files', () => {
  test('are PNGs and an index that names them', async () => {
    const overlays = collectOverlays({ folder });
    overlays.add(image({ id: 'patient 1/slice:2', dice: 0.2, misses: 3 }));
    const { entries } = await overlays.write();
    expect(entries[0]).toEqual({
      kind: 'misses',
      id: 'patient 1/slice:2',
      file: 'misses/01-patient_1_slice_2.png',
      size: [8, 8],
      dice: 0.2,
      misses: 3,
      alarms: 0,
      picture: [388, 192], // two panels of 192 and a gap of 4
    });
    const png = decode(readFileSync(join(folder, 'misses/01-patient_1_slice_2.png')));
    expect([png.width, png.height, png.channels]).toEqual([388, 192, 3]);
    expect(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).entries).toEqual(entries);
  });

  test('of an earlier evaluation go, a file of the user stays, nothing half-written is left', async () => {
    const first = collectOverlays({ folder });
    first.add(image({ id: 'old', dice: 0.2 }));
    await first.write();
    writeFileSync(join(folder, 'misses', 'mine.png'), '');
    const second = collectOverlays({ folder });
    second.add(image({ id: 'new', dice: 0.2 }));
    await second.write();
    expect(readdirSync(join(folder, 'misses')).sort()).toEqual(['01-new.png', 'mine.png']);
    expect(readdirSync(folder).sort()).toEqual(['index.json', 'misses']);
  });

  test('that cannot be written give a clear error', async () => {
    writeFileSync(join(folder, 'taken'), '');
    const overlays = collectOverlays({ folder: join(folder, 'taken') });
    overlays.add(image({ id: 'a', dice: 0 }));
    await expect(overlays.write()).rejects.toMatchObject({
      name: 'RaremaskError',
      code: 'RAREMASK_CANNOT_WRITE',
      category: 'environment',
    });
  });

  test('are not written where there is nothing to show', async () => {
    const index = await collectOverlays({ folder }).write();
    expect(index).toMatchObject({ images: 0, entries: [] });
    expect(existsSync(join(folder, 'misses'))).toBe(false);
  });
});

describe('a picture', () => {
  test('shows both outlines where truth and prediction agree', () => {
    const picture = drawOverlay(planeOf(image({ id: 'a' })), false);
    expect(count(picture, OVERLAY_COLOURS.truth)).toBeGreaterThan(100);
    expect(count(picture, OVERLAY_COLOURS.predicted)).toBeGreaterThan(100);
  });

  test('of a miss has the outline of the truth alone, of an alarm only the colour of alarms', () => {
    const missed = drawOverlay(planeOf(image({ id: 'a', predicted: new Uint8Array(64) })), false);
    expect(count(missed, OVERLAY_COLOURS.truth)).toBeGreaterThan(100);
    expect(count(missed, OVERLAY_COLOURS.predicted)).toBe(0);
    const alarm = drawOverlay(planeOf(image({ id: 'a', ...noTruth })), true);
    expect(count(alarm, OVERLAY_COLOURS.alarm)).toBeGreaterThan(100);
    expect(count(alarm, OVERLAY_COLOURS.truth)).toBe(0);
  });

  test('has a third panel for probabilities', () => {
    const foregroundProbability = new Float32Array(64).fill(1);
    const picture = drawOverlay(planeOf(image({ id: 'a', foregroundProbability })), false);
    expect(picture.width).toBe(3 * 192 + 2 * 4);
    expect([...picture.data.subarray(-3)]).toEqual([255, 252, 214]); // the bright end
  });

  test('of a large image is shrunk, and the part around a small structure is framed', () => {
    const [height, width] = [600, 300];
    const truth = new Uint8Array(height * width);
    for (let y = 400; y < 410; y++) truth.fill(1, y * width + 100, y * width + 108);
    const large = image({
      id: 'a',
      size: [height, width],
      image: new Uint8Array(height * width),
      truth,
      predicted: truth,
    });
    const picture = drawOverlay(planeOf(large), false);
    expect([picture.height, picture.width]).toEqual([256, 2 * 128 + 4]);
    expect(count(picture, OVERLAY_COLOURS.frame)).toBeGreaterThan(40);
    // 10 of 600 rows are 4 of 256; enlarged, the outline is many times that.
    expect(count(picture, OVERLAY_COLOURS.truth)).toBeGreaterThan(60);
  });

  test('keeps a single pixel of a large image visible', () => {
    const truth = new Uint8Array(900 * 900);
    truth[450 * 900 + 450] = 1;
    const spread = new Uint8Array(900 * 900);
    spread[0] = 1;
    spread[900 * 900 - 1] = 1; // so far apart that nothing can be enlarged
    const picture = drawOverlay(
      planeOf(image({ id: 'a', size: [900, 900], image: spread, truth, predicted: spread })),
      false,
    );
    expect(count(picture, OVERLAY_COLOURS.truth)).toBeGreaterThan(0);
    expect(count(picture, OVERLAY_COLOURS.predicted)).toBeGreaterThan(0);
  });

  test('levels intensities from the 1st to the 99th percentile', () => {
    const values = Float32Array.from({ length: 64 }, (_, pixel) => pixel);
    values[0] = -1e6;
    values[63] = 1e6;
    const { pixels } = planeOf(image({ id: 'a', image: values }));
    // round(0.01 x 63) = 1 and round(0.99 x 63) = 62 are the ends.
    expect([pixels[0], pixels[1], pixels[62], pixels[63]]).toEqual([0, 0, 255, 255]);
    expect(pixels[32]).toBe(Math.round((255 * 31) / 61));
  });

  test('of a constant image or of one with values that are no numbers is still drawn', () => {
    expect(planeOf(image({ id: 'a', image: new Float32Array(64).fill(7) })).pixels[0]).toBe(0);
    const values = new Float32Array(64).fill(Number.NaN);
    expect(planeOf(image({ id: 'a', image: values })).pixels).toEqual(new Uint8Array(64));
  });

  test('of a volume is the slice with the most errors', () => {
    const truth = new Uint8Array(3 * 64);
    truth.fill(1, 0, 20);
    truth.fill(1, 128, 138);
    const predicted = truth.slice();
    predicted.fill(0, 128);
    const plane = planeOf(
      image({ id: 'a', size: [3, 8, 8], image: new Float32Array(3 * 64), truth, predicted }),
    );
    expect(plane.slice).toBe(2);
    expect(plane.truth.reduce((sum, value) => sum + value)).toBe(10);
  });

  test('of overlapping classes tells the classes apart', () => {
    const truth = new Uint8Array(128);
    const predicted = new Uint8Array(128);
    truth[0] = 1;
    predicted[1] = 1;
    truth[126] = 255;
    const plane = planeOf(image({ id: 'a', truth, predicted, classes: 2, overlapping: true }));
    expect([plane.truth[0], plane.predicted[0], plane.truth[63]]).toEqual([1, 2, 255]);
  });

  test('of RGB keeps its colours apart', () => {
    const rgb = new Uint8Array(64 * 3);
    for (let pixel = 0; pixel < 64; pixel++) rgb[pixel * 3] = 200;
    const plane = planeOf(image({ id: 'a', image: rgb, channels: 3 }));
    expect([...plane.pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test('of arrays that do not fit the size is refused by name', () => {
    expect(() => planeOf(image({ id: 'case7', predicted: new Uint8Array(63) }))).toThrow(
      'case7: the prediction does not fit the size of the image. Expected: 64 values. Got: 63.',
    );
  });
});
