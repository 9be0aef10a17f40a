import { deflateSync } from 'node:zlib';

type Values = Uint8Array | Uint16Array | Int16Array | Uint32Array | Float32Array | Float64Array;

/** What no encoder at hand writes. */
interface More {
  /** A plane for each sample. */
  readonly planar?: boolean;
  readonly photometric?: number;
  readonly extraSamples?: readonly number[];
  readonly orientation?: number;
  readonly deflate?: boolean;
  /** Bits of a sample, where `values` are packed bytes already. */
  readonly bits?: number;
  readonly samples?: number;
  /** Reds, greens and blues of 16 bits. */
  readonly colourMap?: readonly number[];
  readonly rowsPerStrip?: number;
  /** Numerators of pixels per unit along x and y, over a denominator. */
  readonly density?: readonly [x: number, y: number, over: number];
  /** 1: none, 2: inch, 3: centimetre. */
  readonly resolutionUnit?: number;
  readonly description?: string;
}

const ASCII = 2;
const RATIONAL = 5;
const SHORT = 3;
const LONG = 4;

/** A little-endian TIFF file: strips, one sample or plane after the other. */
export function tiff(width: number, height: number, values: Values, more: More = {}): Uint8Array {
  const bits = more.bits ?? values.BYTES_PER_ELEMENT * 8;
  const channels = more.samples ?? values.length / (width * height);
  const { planar = false, rowsPerStrip = height } = more;
  const float = values instanceof Float32Array || values instanceof Float64Array;
  const format = float ? 3 : values instanceof Int16Array ? 2 : 1;
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const perSample = (value: number) => Array.from({ length: channels }, () => value);

  const rowBytes = Math.ceil((width * (planar ? 1 : channels) * bits) / 8);
  const planes = planar ? channels : 1;
  const strips = Array.from({ length: planes }, (_, plane) =>
    Array.from({ length: Math.ceil(height / rowsPerStrip) }, (__, strip) => {
      const from = (plane * height + strip * rowsPerStrip) * rowBytes;
      const rows = Math.min(rowsPerStrip, height - strip * rowsPerStrip);
      const bytes = raw.subarray(from, from + rows * rowBytes);
      return more.deflate ? deflateSync(bytes) : bytes;
    }),
  ).flat();
  const tags: [tag: number, type: number, values: readonly number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, perSample(bits)],
    [259, SHORT, [more.deflate ? 8 : 1]],
    [262, SHORT, [more.photometric ?? (channels === 3 ? 2 : 1)]],
    ...(more.description === undefined
      ? []
      : [[270, ASCII, [...Buffer.from(`${more.description}\0`)]] as [number, number, number[]]]),
    [273, LONG, strips.map(() => 0)],
    [274, SHORT, [more.orientation ?? 1]],
    [277, SHORT, [channels]],
    [278, LONG, [rowsPerStrip]],
    [279, LONG, strips.map(({ length }) => length)],
    ...(more.density === undefined
      ? []
      : more.density
          .slice(0, 2)
          .map((pixels, axis): [number, number, number[]] => [
            282 + axis,
            RATIONAL,
            [pixels, more.density![2]],
          ])),
    [284, SHORT, [planar ? 2 : 1]],
    ...(more.resolutionUnit === undefined
      ? []
      : [[296, SHORT, [more.resolutionUnit]] as [number, number, number[]]]),
    ...(more.colourMap ? [[320, SHORT, more.colourMap] as [number, number, number[]]] : []),
    ...(more.extraSamples ? [[338, SHORT, more.extraSamples] as [number, number, number[]]] : []),
    [339, SHORT, perSample(format)],
  ];
  // A fraction is two numbers.
  const sizeOf = (type: number, count: number) =>
    count * (type === ASCII ? 1 : type === SHORT ? 2 : 4);
  const directory = 8;
  let at = directory + 2 + tags.length * 12 + 4;
  const lists = tags.map(([, type, { length }]) => {
    const size = sizeOf(type, length);
    if (size <= 4) return 0;
    at += size + (size % 2);
    return at - size - (size % 2);
  });
  const offsets = strips.map(({ length }) => {
    at += length;
    return at - length;
  });
  const bytes = Buffer.alloc(at);
  bytes.write('II', 0, 'latin1');
  bytes.writeUInt16LE(42, 2);
  bytes.writeUInt32LE(directory, 4);
  bytes.writeUInt16LE(tags.length, directory);
  for (const [index, [tag, type, given]] of tags.entries()) {
    const entry = directory + 2 + index * 12;
    const content = tag === 273 ? offsets : given;
    bytes.writeUInt16LE(tag, entry);
    bytes.writeUInt16LE(type, entry + 2);
    bytes.writeUInt32LE(type === RATIONAL ? content.length / 2 : content.length, entry + 4);
    let to = lists[index] || entry + 8;
    if (lists[index]) bytes.writeUInt32LE(to, entry + 8);
    for (const value of content) {
      if (type === ASCII) to = bytes.writeUInt8(value, to);
      else to = type === SHORT ? bytes.writeUInt16LE(value, to) : bytes.writeUInt32LE(value, to);
    }
  }
  for (const [index, strip] of strips.entries()) strip.copy(bytes, offsets[index]!);
  return bytes;
}
