const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MOST = 4096;

/**
 * Undoes the compression of TIFF 6.0, section 13 (Welch 1984): codes of 9 to 12 bits, the high bits
 * first, and a bit longer one code before it would be needed.
 *
 * @param expected bytes to be found
 * @throws where a code cannot be, or where there are fewer bytes than expected
 */
export function unlzw(bytes: Buffer, expected: number): Uint8Array {
  const result = new Uint8Array(expected);
  // A code stands for the bytes of `result` that it was made from: where they begin, and how many.
  const starts = new Uint32Array(MOST);
  const lengths = new Uint32Array(MOST);
  let length = 0;
  let next = FIRST;
  let width = 9;
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
      bits = ((bits << 8) | bytes[at++]!) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      next = FIRST;
      width = 9;
      previous = -1;
      continue;
    }
    if (previous === -1 && code >= CLEAR) throw new Error(`it has the impossible code ${code}`);
    if (code > next || (code === next && previous === -1)) {
      throw new Error(`it has the impossible code ${code}`);
    }
    const start = length;
    if (code < CLEAR) put(code);
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
      if (next === (1 << width) - 1 && width < 12) width++;
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
