import { describe, expect, it } from 'vitest';
import { inMirrors } from '../src/judging/mirror.ts';
import { facts, ramp } from './threeClasses.ts';

const product = (size: readonly number[]) => size.reduce((all, extent) => all * extent, 1);

describe('images seen mirrored', () => {
  it.each([[[3, 5]], [[4, 4]], [[2, 3, 5]]])(
    'give a network that looks at single pixels the same logits: %o',
    async (size) => {
      let calls = 0;
      const network = {
        async infer(images: Float32Array) {
          calls++;
          const pixels = images.length / 2;
          const logits = Float32Array.from({ length: pixels * 3 }, (_, at) => {
            const pixel = Math.floor(at / 3);
            return [images[2 * pixel]!, images[2 * pixel + 1]!, 1][at % 3]!;
          });
          return { logits };
        },
      };
      const images = ramp(2 * product(size) * 2);
      const { logits: plain } = await network.infer(images);
      calls = 0;
      const { logits: got } = await inMirrors(network, facts).infer(images, 2, size);
      expect([...got]).toEqual([...plain]);
      expect(calls).toBe(2 ** size.length);
    },
  );

  it('give the mean of what is said of each mirror image, at the pixel that it is said of', async () => {
    // The network says of each pixel where it stands, whatever the image: row, column, and image.
    const [count, height, width] = [2, 3, 4];
    const said = Float32Array.from({ length: count * height * width * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      const row = Math.floor(pixel / width) % height;
      return [row, pixel % width, Math.floor(pixel / (width * height))][at % 3]!;
    });
    let calls = 0;
    const network = {
      infer: async () => ({ logits: said.slice(), image: Float32Array.of(calls++, 10) }),
    };
    const { logits: got, image } = await inMirrors(network, facts).infer(
      ramp(count * height * width * 2),
      count,
      [height, width],
    );
    // Of whole images the mean of 0, 1, 2 and 3, and of 10.
    expect([...image!]).toEqual([1.5, 10]);
    for (let at = 0; at < got.length; at += 3) {
      expect([...got.subarray(at, at + 3)]).toEqual([1, 1.5, Math.floor(at / 36)]);
    }
  });

  it('leave the image and what the network owns as they are', async () => {
    const own = new Float32Array(4 * 4 * 3).fill(1);
    const images = ramp(4 * 4 * 2);
    const before = [...images];
    await inMirrors({ infer: async () => ({ logits: own }) }, facts).infer(images, 1, [4, 4]);
    expect([...images]).toEqual(before);
    expect(own.every((value) => value === 1)).toBe(true);
  });
});
