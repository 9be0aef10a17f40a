/** What a BMP file says besides its pixels. */
interface More {
  /** Bits of a pixel: 8 where nothing says otherwise. */
  readonly bits?: number;
  /** Red, green and blue of each index. */
  readonly palette?: readonly (readonly [red: number, green: number, blue: number])[];
  readonly topDown?: boolean;
  /** 0: none, 1: run lengths, 3 and 6: masks. */
  readonly compression?: number;
  /** Bits of red, green and blue, and of alpha. */
  readonly masks?: readonly number[];
  /** Bytes of the picture's header, 40 to 124. */
  readonly header?: number;
  /** Pixels per metre along x and y. */
  readonly density?: readonly [x: number, y: number];
  /** In place of rows of values. */
  readonly stored?: Uint8Array;
  /** Bytes behind the pixels. */
  readonly behind?: number;
}

/** As many greys from black to white. */
export function greys(count: number): [number, number, number][] {
  return Array.from({ length: count }, (_, at) => {
    const value = Math.round((at * 255) / (count - 1));
    return [value, value, value];
  });
}

/**
 * A BMP file.
 *
 * @param values from the top left on: an index a pixel, or its bytes as they are stored (blue, green, red)
 */
export function bmp(
  width: number,
  height: number,
  values: readonly number[],
  more: More = {},
): Buffer {
  const { bits = 8, topDown = false, compression = 0, masks = [], header = 40 } = more;
  const palette = bits > 8 ? [] : (more.palette ?? greys(2 ** bits));
  const rows = more.stored ?? packed(width, height, values, bits, topDown);
  const start = 14 + Math.max(header, 40 + 4 * masks.length);
  const pixels = start + 4 * palette.length;
  const file = Buffer.alloc(pixels + rows.length + (more.behind ?? 0));
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(pixels, 10);
  file.writeUInt32LE(header, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  file.writeUInt32LE(rows.length, 34);
  for (const [axis, pixels] of (more.density ?? []).entries()) {
    file.writeInt32LE(pixels, 38 + 4 * axis);
  }
  file.writeUInt32LE(palette.length === 2 ** bits ? 0 : palette.length, 46);
  for (const [at, mask] of masks.entries()) file.writeUInt32LE(mask, 54 + 4 * at);
  for (const [at, [red, green, blue]] of palette.entries()) {
    file.set([blue, green, red, 0], start + 4 * at);
  }
  file.set(rows, pixels);
  return file;
}

/** Rows of whole 32 bits, the bottom one first unless they go from the top down. */
function packed(
  width: number,
  height: number,
  values: readonly number[],
  bits: number,
  topDown: boolean,
): Uint8Array {
  const each = Math.max(bits / 8, 1);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const to = rowBytes * (topDown ? y : height - 1 - y);
    const row = values.slice(y * width * each, (y + 1) * width * each);
    for (const [x, value] of row.entries()) {
      if (bits >= 8) rows[to + x] = value;
      else rows[to + Math.floor((x * bits) / 8)]! |= value << (8 - bits - ((x * bits) % 8));
    }
  }
  return rows;
}
