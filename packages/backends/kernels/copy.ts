/** Rows of up to this many bytes are copied in place; the call of memory.copy costs more. */
const SHORT_ROW: usize = 256;

/**
 * Copies rows of bytes whose beginnings lie apart.
 *
 * @param from rows fromStep bytes apart
 * @param to rows toStep bytes apart
 */
export function copyRows(
  from: usize,
  to: usize,
  rows: i32,
  rowBytes: usize,
  fromStep: usize,
  toStep: usize,
): void {
  const short = rowBytes <= SHORT_ROW;
  for (let row = 0; row < rows; row++) {
    if (short && (rowBytes & 15) === 0) {
      for (let at: usize = 0; at < rowBytes; at += 16) {
        v128.store(to + at, v128.load(from + at));
      }
    } else if (short && (rowBytes & 3) === 0) {
      for (let at: usize = 0; at < rowBytes; at += 4) {
        store<i32>(to + at, load<i32>(from + at));
      }
    } else {
      memory.copy(to, from, rowBytes);
    }
    from += fromStep;
    to += toStep;
  }
}
