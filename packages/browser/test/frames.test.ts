import { expect, test } from 'vitest';
import { framesOf } from '../src/page/frames.ts';

const text = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));

/** A GIF of 1 x 1 pixels with two colours, and pictures with and without a table of their own. */
function gif(pictures: number): Uint8Array {
  const screen = [1, 0, 1, 0, 0x80, 0, 0, ...[0, 0, 0], ...[255, 255, 255]];
  const repeats = [0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, 0];
  const picture = (index: number) => [
    ...[0x21, 0xf9, 4, 0, 10, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, 1, 0, 1, 0],
    // A colour of its own table looks like the beginning of a picture.
    ...(index % 2 === 0 ? [0] : [0x80, 0x2c, 0x2c, 0x2c, 0, 0, 0]),
    ...[2, 2, 0x44, 1, 0],
  ];
  const all = Array.from({ length: pictures }, (_, index) => picture(index)).flat();
  return Uint8Array.from([...text('GIF89a'), ...screen, ...repeats, ...all, 0x3b]);
}

function png(...chunks: readonly (readonly [string, readonly number[]])[]): Uint8Array {
  const written = chunks.flatMap(([name, data]) => [
    ...[0, 0, 0, data.length],
    ...text(name),
    ...data,
    ...[0, 0, 0, 0],
  ]);
  return Uint8Array.from([0x89, ...text('PNG\r\n\x1a\n'), ...written]);
}

test('the pictures of a GIF are counted', () => {
  for (const pictures of [1, 2, 3]) expect(framesOf(gif(pictures))).toBe(pictures);
  // What is cut off is the browser's to refuse.
  expect(framesOf(gif(3).slice(0, -20))).toBeGreaterThan(1);
  expect(framesOf(gif(1).slice(0, 9))).toBe(0);
});

test('an animated PNG says how many pictures it has, a name within its pixels does not', () => {
  const head = ['IHDR', Array<number>(13).fill(0)] as const;
  expect(framesOf(png(head, ['acTL', [0, 0, 0, 7, 0, 0, 0, 0]], ['IDAT', [1]]))).toBe(7);
  expect(framesOf(png(head, ['IDAT', text('acTL    ')], ['IEND', []]))).toBe(1);
  expect(framesOf(png(head))).toBe(1);
});

test('a WebP says whether it is an animation; other files have one picture', () => {
  const webp = (flags: number) =>
    Uint8Array.from([...text('RIFF'), 0, 0, 0, 0, ...text('WEBPVP8X'), 10, 0, 0, 0, flags]);
  expect(framesOf(webp(0x12))).toBe(2);
  expect(framesOf(webp(0x10))).toBe(1);
  expect(framesOf(Uint8Array.of(0xff, 0xd8, 0xff))).toBe(1);
  expect(framesOf(new Uint8Array())).toBe(1);
});
