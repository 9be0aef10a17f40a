import type { Layout } from './layout.ts';
import type { Segment } from './segments.ts';

/**
 * Turns differences back into values: of whole numbers each from the pixel before (TIFF 6.0, section
 * 14), of floats byte by byte (TIFF technical note 3, Adobe 2005).
 *
 * @returns bytes in the order of the file
 */
export function unpredicted(
  bytes: Uint8Array,
  { width, height, samples }: Segment,
  { predictor, bits, format, little }: Layout,
): Uint8Array {
  const size = bits / 8;
  if (![1, 2, 4, 8].includes(size)) throw new Error(`no predictor is known for ${bits} bits`);
  const rowBytes = width * samples * size;
  const result = Uint8Array.from(bytes);
  for (let y = 0; y < height; y++) {
    const row = result.subarray(y * rowBytes, (y + 1) * rowBytes);
    if (predictor === 2) addRow(row, samples, size, little);
    else if (predictor === 3 && format === 'float') addFloatRow(row, samples, size, little);
    else throw new Error(`its predictor ${predictor} is unknown`);
  }
  return result;
}

function addRow(row: Uint8Array, samples: number, size: number, little: boolean): void {
  const step = samples * size;
  for (let at = step; at < row.length; at += size) {
    let carry = 0;
    for (let byte = 0; byte < size; byte++) {
      const place = at + (little ? byte : size - 1 - byte);
      const sum = row[place]! + row[place - step]! + carry;
      row[place] = sum;
      carry = sum >> 8;
    }
  }
}

/** The highest bytes of all values come first, then the next ones; each is a difference. */
function addFloatRow(row: Uint8Array, samples: number, size: number, little: boolean): void {
  for (let at = samples; at < row.length; at++) row[at]! += row[at - samples]!;
  const planes = Uint8Array.from(row);
  const count = row.length / size;
  for (let value = 0; value < count; value++) {
    for (let byte = 0; byte < size; byte++) {
      row[value * size + (little ? size - 1 - byte : byte)] = planes[byte * count + value]!;
    }
  }
}
