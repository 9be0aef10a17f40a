import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Folder, png } from './folder.ts';
import { tiff } from './tiff.ts';

const classes = { background: 0, lesion: 1 };
// 3 x 2 pixels: 1 2 3 above 4 5 6.
const stored = Uint8Array.of(1, 2, 3, 4, 5, 6);
/** Width and rows that a viewer shows, by EXIF's table of orientations (CIPA DC-008, 4.6.4). */
const shown: Record<number, [number, number[]]> = {
  1: [3, [1, 2, 3, 4, 5, 6]],
  2: [3, [3, 2, 1, 6, 5, 4]],
  3: [3, [6, 5, 4, 3, 2, 1]],
  4: [3, [4, 5, 6, 1, 2, 3]],
  5: [2, [1, 4, 2, 5, 3, 6]],
  6: [2, [4, 1, 5, 2, 6, 3]],
  7: [2, [6, 3, 5, 2, 4, 1]],
  8: [2, [3, 6, 2, 5, 1, 4]],
};

const turned = (orientation: number) => tiff(3, 2, stored, { orientation, photometric: 1 });

describe('an orientation in the file', () => {
  it.each(Object.entries(shown))(
    'of %s is applied to image and mask where it is wished',
    async (key, [width, rows]) => {
      const labels = rows.map((value) => (value === 2 ? 1 : 0));
      await using folder = await Folder.with({
        'images/a.tif': turned(Number(key)),
        // Drawn as viewers show the image.
        'masks/a.png': png(width, 6 / width, labels),
      });
      const dataset = await folder.open({ classes, orientation: 'upright' });
      const sample = await dataset.read('a');
      expect(sample.size).toEqual([6 / width, width]);
      expect([...sample.image]).toEqual(rows);
      expect([...sample.labels!]).toEqual(labels);
      expect(folder.warnings).toEqual([]);
      // What is predicted comes back where the file has its pixels.
      const prediction = {
        id: 'a',
        size: sample.size,
        labels: Uint8Array.from(labels),
        probabilities: Float32Array.from(labels.flatMap((label) => [1 - label, label])),
        doubt: Float32Array.from(rows, (value) => value / 16),
      };
      const { size, labels: back, ...maps } = await dataset.inFileFrame!(prediction);
      const { probabilities, doubt } = maps;
      expect([...doubt!].map((value) => value * 16)).toEqual([...stored]);
      expect(size).toEqual([2, 3]);
      expect([...back]).toEqual([0, 1, 0, 0, 0, 0]);
      expect([...probabilities]).toEqual([1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0]);
    },
  );

  it('is as another reader applies it', async () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const raw = { raw: { width: 3, height: 2, channels: 1 as const } };
      const content = await sharp(
        Uint8Array.from(stored, (value) => 40 * value),
        raw,
      )
        .toColourspace('b-w')
        .withMetadata({ orientation })
        .jpeg({ quality: 100 })
        .toBuffer();
      await using folder = await Folder.with({ 'images/a.jpg': content });
      const given = { classes, missingMask: 'empty', orientation: 'upright', channels: 'rgb' };
      const sample = await (await folder.open(given)).read('a');
      const { data, info } = await sharp(content)
        .rotate()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(sample.size).toEqual([info.height, info.width]);
      expect([...sample.image]).toEqual([...data]);
    }
  });

  it('that is not applied is said once with its count, of JPEG, PNG and TIFF', async () => {
    const raw = { raw: { width: 3, height: 2, channels: 1 as const } };
    const picture = () => sharp(stored, raw).toColourspace('b-w').withMetadata({ orientation: 6 });
    await using folder = await Folder.with({
      'images/a.jpg': await picture().jpeg().toBuffer(),
      'images/b.png': await picture().png().toBuffer(),
      'images/c.tif': turned(3),
      'images/d.png': png(3, 2, stored),
    });
    const dataset = await folder.open({ classes, missingMask: 'empty' });
    expect((await dataset.read('a')).size).toEqual([2, 3]);
    expect(folder.warnings).toEqual([
      expect.stringMatching(/^3 of 4 images \(for example .*a\.jpg\) .*\.orientation: upright$/),
    ]);
    expect(dataset).not.toHaveProperty('inFileFrame');
  });

  it('is said of images that are to be predicted', async () => {
    await using folder = await Folder.with({ 'new/a.tif': turned(6), 'new/b.webp': 'RIFF' });
    await folder.openImages(`${folder.path}/new`, { classes });
    expect(folder.warnings).toEqual([
      '1 files of other formats are left out: b.webp',
      expect.stringMatching(/^1 of 1 images/),
    ]);
  });
});
