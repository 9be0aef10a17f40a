const MOST = 4096;

/** How codes are written. */
interface Writing {
  /** The code that empties the table: those before it are values, the next one is the end. */
  readonly clear: number;
  /** Whether a code begins in the low bits of a byte. */
  readonly lowFirst: boolean;
  /** So many codes before it would be needed, they become a bit longer. */
  readonly early: number;
}

/** Of TIFF 6.0, section 13. */
export const TIFF_CODES: Writing = { clear: 256, lowFirst: false, early: 1 };

/** Of GIF 89a, appendix F, where values have so many bits. */
export function gifCodes(bits: number): Writing {
  return { clear: 1 << bits, lowFirst: true, early: 0 };
}

/**
 * Undoes the compression of Welch (1984), of codes of at most 12 bits.
 *
 * @param expected values to be found
 * @throws where a code cannot be, or where there are fewer values than expected
 */
export function unlzw(
  bytes: Buffer,
  expected: number,
  { clear, lowFirst, early }: Writing,
): Uint8Array {
  const first = clear + 2;
  const narrowest = Math.log2(clear) + 1;
  const result = new Uint8Array(expected);
  // A code stands for the bytes of `result` that it was made from: where they begin, and how many.
  const starts = new Uint32Array(MOST);
  const lengths = new Uint32Array(MOST);
  let length = 0;
  let next = first;
  let width = narrowest;
  let previous = -1;
  let previousStart = 0;
  let previousLength = 0;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (;;) {
    while (held < width) {
      if (at >= bytes.length) {
        if (length === expected) return result;
        throw new Error(`it ends after ${length} of ${expected} bytes`);
      }
      const byte = bytes[at++]!;
      bits = lowFirst ? bits | (byte << held) : ((bits << 8) | byte) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (lowFirst ? bits : bits >> held) & ((1 << width) - 1);
    if (lowFirst) bits >>= width;
    if (code === clear + 1) break;
    if (code === clear) {
      next = first;
      width = narrowest;
      previous = -1;
      continue;
    }
    if (previous === -1 && code >= clear) throw new Error(`it has the impossible code ${code}`);
    if (code > next || (code === next && previous === -1)) {
      throw new Error(`it has the impossible code ${code}`);
    }
    const start = length;
    if (code < clear) put(code);
    else {
      const known = code < next;
      const from = known ? starts[code]! : previousStart;
      const count = known ? lengths[code]! : previousLength;
      for (let index = 0; index < count; index++) put(result[from + index]!);
      if (!known) put(result[previousStart]!);
    }
    if (previous !== -1 && next < MOST) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
      if (next === (1 << width) - early && width < 12) width++;
    }
    previous = code;
    previousStart = start;
    previousLength = length - start;
  }
  if (length !== expected) throw new Error(`it ends after ${length} of ${expected} bytes`);
  return result;

  function put(value: number): void {
    if (length >= expected) throw new Error(`it goes on after ${expected} bytes`);
    result[length++] = value;
  }
}
