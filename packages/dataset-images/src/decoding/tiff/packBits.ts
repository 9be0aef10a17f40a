/**
 * Undoes PackBits (TIFF 6.0, section 9): n from 0 to 127 is followed by n + 1 bytes as they are, n from
 * 129 to 255 by one byte that stands for 257 - n of them, 128 by nothing.
 *
 * @throws where there are more or fewer bytes than expected
 */
export function unpackBits(bytes: Buffer, expected: number): Uint8Array {
  const result = new Uint8Array(expected);
  let to = 0;
  let at = 0;
  while (at < bytes.length && to < expected) {
    const head = bytes[at++]!;
    if (head === 128) continue;
    const count = head < 128 ? head + 1 : 257 - head;
    const needed = head < 128 ? count : 1;
    if (at + needed > bytes.length) break;
    if (to + count > expected) throw new Error(`it goes on after ${expected} bytes`);
    if (head < 128) result.set(bytes.subarray(at, at + count), to);
    else result.fill(bytes[at]!, to, to + count);
    at += needed;
    to += count;
  }
  if (to < expected) throw new Error(`it ends after ${to} of ${expected} bytes`);
  // One byte may fill the strip up to an even length.
  if (bytes.length - at > 1) throw new Error(`it goes on after ${expected} bytes`);
  return result;
}
