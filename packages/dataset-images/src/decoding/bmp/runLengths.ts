import { Unread } from '../unread.ts';

/** What follows a 0: the end of a row, the end of the picture, a jump; larger numbers are pixels as they are. */
const END_OF_ROW = 0;
const END = 1;
const JUMP = 2;

/** No two bytes stand for more pixels. */
const MOST_PIXELS = 255;

/**
 * Undoes the run lengths of a BMP of 8 bits (BI_RLE8), whose rows begin at the bottom: a count and a value, or
 * a 0 and what follows it.
 *
 * @throws where pixels are missing or too many, or Unread where some are left out
 */
export function unRunLengths(bytes: Buffer, width: number, height: number): Uint8Array {
  if (2 * width * height > MOST_PIXELS * bytes.length) {
    throw new Error(`its size needs ${width * height} pixels, which it cannot hold`);
  }
  const result = new Uint8Array(width * height);
  let [x, y, at] = [0, height - 1, 0];
  for (;;) {
    if (at + 2 > bytes.length) throw new Error('the end of its pixels is missing');
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const to = place(count);
      result.fill(value, to, to + count);
    } else if (value > JUMP) {
      if (at + value > bytes.length) throw new Error('the end of its pixels is missing');
      result.set(bytes.subarray(at, at + value), place(value));
      at += value + (value % 2);
    } else {
      if (value === END && (y < 0 || (y === 0 && x === width))) return result;
      if (value !== END_OF_ROW || x !== width) {
        throw new Unread('run lengths that leave out pixels', 'save it without compression');
      }
      x = 0;
      y--;
    }
  }

  /** Where so many more pixels of the row begin. */
  function place(count: number): number {
    x += count;
    if (y < 0 || x > width) throw new Error('a row has more pixels than its size says');
    return y * width + x - count;
  }
}
