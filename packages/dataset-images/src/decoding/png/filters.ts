/**
 * Takes the filters of the rows back (PNG specification, third edition, 9).
 *
 * @param rows a byte for the filter, then the row, for each of them
 * @param step bytes from a pixel to the next one, at least 1
 */
export function unfiltered(
  rows: Buffer,
  height: number,
  rowBytes: number,
  step: number,
): Uint8Array {
  const result = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1) + 1;
    const to = y * rowBytes;
    const filter = rows[from - 1]!;
    result.set(rows.subarray(from, from + rowBytes), to);
    // The row above the first one counts as zeros: Up changes nothing there, Paeth is Sub.
    const above = y === 0 ? undefined : to - rowBytes;
    if (filter === 0) continue;
    if (filter === 1 || (filter === 4 && above === undefined)) {
      for (let at = to + step; at < to + rowBytes; at++) result[at]! += result[at - step]!;
    } else if (filter === 2) {
      if (above === undefined) continue;
      for (let at = 0; at < rowBytes; at++) result[to + at]! += result[above + at]!;
    } else if (filter === 3) {
      for (let at = 0; at < rowBytes; at++) {
        const left = at < step ? 0 : result[to + at - step]!;
        const up = above === undefined ? 0 : result[above + at]!;
        result[to + at]! += (left + up) >> 1;
      }
    } else if (filter === 4) {
      undoPaeth(result, to, above!, rowBytes, step);
    } else {
      throw new Error(`its row ${y} has the unknown filter ${filter}`);
    }
  }
  return result;
}

function undoPaeth(
  values: Uint8Array,
  to: number,
  above: number,
  rowBytes: number,
  step: number,
): void {
  for (let at = 0; at < step; at++) values[to + at]! += values[above + at]!;
  for (let at = step; at < rowBytes; at++) {
    const left = values[to + at - step]!;
    const up = values[above + at]!;
    const corner = values[above + at - step]!;
    const farLeft = Math.abs(up - corner);
    const farUp = Math.abs(left - corner);
    const farCorner = Math.abs(left + up - 2 * corner);
    const nearest =
      farLeft <= farUp && farLeft <= farCorner ? left : farUp <= farCorner ? up : corner;
    values[to + at]! += nearest;
  }
}
