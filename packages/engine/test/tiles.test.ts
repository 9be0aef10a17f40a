import { describe, expect, it } from 'vitest';
import { tileRule } from '../src/judging/tileRule.ts';
import { inTiles } from '../src/judging/tiles.ts';
import { facts, ramp } from './threeClasses.ts';

/** Says of each pixel what stands in it: [first channel, second channel, their sum]. */
function mirror(seen: (readonly number[])[] = []) {
  return {
    async infer(images: Float32Array, count: number, size: readonly number[]) {
      seen.push([count, ...size]);
      const pixels = images.length / 2;
      const logits = new Float32Array(pixels * 3);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const [first, second] = images.subarray(2 * pixel, 2 * pixel + 2) as unknown as number[];
        logits.set([first!, second!, first! + second!], 3 * pixel);
      }
      return { logits };
    },
  };
}

describe('windows of an image', () => {
  it.each([
    [
      [8, 12],
      [4, 4],
    ],
    [
      [10, 14],
      [4, 6],
    ],
    [
      [4, 6, 10],
      [4, 4, 4],
    ],
    [
      [6, 6, 6],
      [2, 4, 6],
    ],
    [
      [3, 20],
      [8, 8],
    ],
  ])(
    'give a network that looks at single pixels the same logits: %o through %o',
    async (size, tile) => {
      const count = 2;
      const images = ramp(count * size.reduce((all, extent) => all * extent, 1) * 2);
      const { logits: whole } = await mirror().infer(images, count, size);
      const seen: (readonly number[])[] = [];
      const { logits: got } = await inTiles(mirror(seen), () => tile, facts).infer(
        images,
        count,
        size,
      );
      expect(got.length).toBe(whole.length);
      for (const [at, value] of got.entries()) expect(value).toBeCloseTo(whole[at]!, 3);
      const fitted = tile.map((extent, axis) => Math.min(extent, size[axis]!));
      for (const own of seen) expect(own).toEqual([1, ...fitted]);
    },
  );

  it('overlap by half: an axis of 10 seen through 4 has windows at 0, 2, 4 and 6', async () => {
    const firsts: number[] = [];
    const network = {
      async infer(images: Float32Array, _: number, [height, width]: readonly number[]) {
        firsts.push(images[0]!);
        return { logits: new Float32Array(height! * width! * 3) };
      },
    };
    // The first channel is the column.
    const images = Float32Array.from({ length: 4 * 10 * 2 }, (_, at) => Math.floor(at / 2) % 10);
    await inTiles(network, () => [4, 4], facts).infer(images, 1, [4, 10]);
    expect(firsts).toEqual([0, 2, 4, 6]);
  });

  it('count most in their middle', async () => {
    // Two windows of 4 over 6 columns: the first says 0, the second 1.
    let calls = 0;
    const network = {
      infer: async () => ({
        image: Float32Array.of(1 - calls),
        logits: new Float32Array(4 * 4 * 3).fill(calls++),
      }),
    };
    const seen = await inTiles(network, () => [4, 4], facts).infer(ramp(4 * 6 * 2), 1, [4, 6]);
    const { logits: got, image } = seen;
    // Of what is said of the whole of each window, 1 and 0, the largest counts.
    expect([...image!]).toEqual([1]);
    const columns = [0, 1, 2, 3, 4, 5].map((column) => got[column * 3]!);
    // Columns 2 and 3 are 2 and 3, or 0 and 1, of a window whose deviation is 4 / 8: the weights are
    // exp(-0.5^2 / 0.5) and exp(-1.5^2 / 0.5), so one part in 1 + exp(4) comes from the other window.
    const other = 1 / (1 + Math.exp(4));
    for (const [column, value] of [0, 0, other, 1 - other, 1, 1].entries()) {
      expect(columns[column]).toBeCloseTo(value, 6);
    }
  });
});

describe('evaluate.window', () => {
  const flat = { multipleOf: [4, 4] };
  const deep = { multipleOf: [8, 8, 8] };
  it('auto leaves small images and volumes whole, and divides large ones', () => {
    expect(tileRule('auto', { space: 2 }, flat, 2 ** 34)([512, 512])).toBe(undefined);
    expect(tileRule('auto', { space: 2 }, flat, 2 ** 34)([4096, 4096])).toBeDefined();
    expect(tileRule('auto', { space: 3 }, deep)([128, 128, 128])).toBe(undefined);
    expect(tileRule('auto', { space: 3 }, deep)([136, 128, 128])).toEqual([96, 96, 96]);
    expect(tileRule('auto', { space: 3 }, { multipleOf: [16, 64, 64] })([256, 256, 256])).toEqual([
      96, 128, 128,
    ]);
  });

  it('auto goes by the channels at the pixels of an image, whatever other outputs a network has', () => {
    const body = [
      [3, 3, 1, 8],
      [3, 3, 8, 8],
      [3, 3, 32, 64],
      [2, 2, 8, 16],
      [3, 3, 16, 8],
      [3, 3, 8, 8],
    ];
    const pointwise = (inputs: number, outputs: number) => [1, 1, inputs, outputs];
    const [head, auxiliary, judge] = [pointwise(8, 3), pointwise(16, 3), pointwise(64, 1)];
    const [alone, coarser] = [pointwise(8, 1), pointwise(16, 1)];
    const patched = [2, 2, 3, 8];
    const sideOf = (judgesImages: boolean, ...heads: readonly number[][]) => {
      const weights = [...body, ...heads].map((shape) => ({
        ...{ name: '', shape, initial: new Float32Array(), decay: true },
      }));
      const rule = tileRule('auto', { space: 2 }, { ...flat, judgesImages, weights }, 2 ** 34);
      return rule([4096, 4096])![0];
    };
    const side = 4 * Math.floor(Math.sqrt(2 ** 28 / (12 * 8 * 4)) / 4);
    expect(sideOf(false, head)).toBe(side);
    expect(sideOf(true, head, judge)).toBe(side);
    expect(sideOf(true, head, auxiliary, judge)).toBe(side);
    expect(sideOf(false, alone)).toBe(side);
    expect(sideOf(true, alone, coarser, judge)).toBe(side);
    expect(sideOf(true, patched, judge)).toBe(sideOf(false, patched));
  });

  it('whole never divides, an extent always does', () => {
    expect(tileRule('whole', { space: 3 }, deep)([512, 512, 512])).toBe(undefined);
    expect(tileRule([64, 64], { space: 2 }, flat)([128, 128])).toEqual([64, 64]);
  });

  it('is refused where it does not fit the model', () => {
    for (const window of [
      [6, 8],
      [8, 8, 8],
    ]) {
      expect(() => tileRule(window, { space: 2 }, flat)).toThrow(
        expect.objectContaining({
          code: 'RAREMASK_WINDOW_DOES_NOT_FIT',
          parts: expect.objectContaining({ where: 'evaluate.window' }),
        }),
      );
    }
  });
});

describe('windows of large images', () => {
  const GIB = 2 ** 30;
  const kernel = (filters: number) => ({
    name: 'last',
    shape: [1, 1, filters, 2],
    initial: new Float32Array(2 * filters),
    decay: true,
  });
  const rule = (filters: number, memory: number) =>
    tileRule('auto', { space: 2 }, { multipleOf: [16, 16], weights: [kernel(filters)] }, memory);

  it('are taken where an image needs more than memory, or a gibibyte, allows', () => {
    // 12 maps of 8 channels of 4 bytes: 384 bytes a pixel, so 2 ** 30 hold 1672 x 1672 pixels.
    expect(rule(8, 64 * GIB)([1672, 1672])).toBeUndefined();
    // 2 ** 28 bytes are a window of 836 x 836 pixels: 52 times 16 is 832.
    expect(rule(8, 64 * GIB)([1680, 1680])).toEqual([832, 832]);
    // A quarter of 1 GiB holds 836 x 836 pixels, a sixteenth 418 x 418.
    expect(rule(8, GIB)([832, 832])).toBeUndefined();
    expect(rule(8, GIB)([848, 848])).toEqual([416, 416]);
    expect(rule(64, GIB / 64)([6000, 6000])).toEqual([256, 256]);
    expect(rule(1, 64 * GIB)([6000, 6000])).toEqual([2048, 2048]);
  });

  it('give what the whole image gives, but for a seam that the overlap hides', async () => {
    // A network that looks two pixels to each side, with zeros beside the image.
    const blurred = {
      async infer(images: Float32Array, _count: number, size: readonly number[]) {
        const [height, width] = size as [number, number];
        const logits = new Float32Array(height * width * 3);
        for (let at = 0; at < height * width; at++) {
          const [y, x] = [Math.floor(at / width), at % width];
          let sum = 0;
          for (let dy = -2; dy <= 2; dy++) {
            for (let dx = -2; dx <= 2; dx++) {
              const inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
              if (inside) sum += images[2 * ((y + dy) * width + x + dx)]!;
            }
          }
          logits.fill(sum, 3 * at, 3 * at + 3);
        }
        return { logits };
      },
    };
    const size = [96, 80];
    const images = ramp(96 * 80 * 2);
    const { logits: whole } = await blurred.infer(images, 1, size);
    const { logits: got } = await inTiles(blurred, () => [32, 32], facts).infer(images, 1, size);
    const scale = Math.max(...whole.map(Math.abs));
    // A window's own edge weighs exp(-8) of its middle (15.5 pixels at a deviation of 4).
    for (const [at, value] of got.entries()) {
      expect(Math.abs(value - whole[at]!) / scale).toBeLessThan(0.01);
    }
  });
});
