/** Bytes of a value of each type, by the type's number in TIFF 6.0 and BigTIFF. */
const BYTES_OF_TYPE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const BEYOND = 'its directory goes on beyond the end of the file';
const TAG = { strips: 273, stripBytes: 279, tiles: 324, tileBytes: 325 };

/**
 * What is missing of the first picture of a TIFF file (also BigTIFF), or nothing: every strip or
 * tile that the directory lists has to lie inside the file. The decoder leaves tiles that do not at 0.
 */
export function missingOfTiff(bytes: Buffer): string | undefined {
  try {
    return missingPart(bytes);
  } catch (error) {
    if (error instanceof RangeError) return BEYOND;
    throw error;
  }
}

function missingPart(bytes: Buffer): string | undefined {
  const little = bytes[0] === 0x49;
  const number = (at: number, width: 2 | 4 | 8) => {
    if (width === 2) return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
    if (width === 4) return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
  const big = number(2, 2) === 43;
  const word = big ? 8 : 4;
  const directory = number(big ? 8 : 4, word);
  const first = directory + (big ? 8 : 2);
  const length = number(directory, big ? 8 : 2);
  const lists = new Map<number, number[]>();
  for (let entry = 0; entry < length; entry++) {
    const at = first + entry * (4 + 2 * word);
    const tag = number(at, 2);
    const width = BYTES_OF_TYPE[number(at + 2, 2)] ?? 0;
    const count = number(at + 4, word);
    const value = at + 4 + word;
    const start = count * width <= word ? value : number(value, word);
    if (start + count * width > bytes.length) return BEYOND;
    if (!Object.values(TAG).includes(tag)) continue;
    if (width !== 2 && width !== 4 && width !== 8) continue;
    lists.set(
      tag,
      Array.from({ length: count }, (_, index) => number(start + index * width, width)),
    );
  }
  const tiled = lists.has(TAG.tiles);
  const part = tiled ? 'tile' : 'strip';
  const offsets = lists.get(tiled ? TAG.tiles : TAG.strips) ?? [];
  const sizes = lists.get(tiled ? TAG.tileBytes : TAG.stripBytes) ?? [];
  for (const [index, offset] of offsets.entries()) {
    const end = offset + (sizes[index] ?? 1);
    if (end <= bytes.length) continue;
    return `${part} ${index + 1} of ${offsets.length} ends at byte ${end}, the file at byte ${bytes.length}`;
  }
  return undefined;
}
