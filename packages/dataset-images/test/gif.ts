type Colour = readonly [red: number, green: number, blue: number];

/** What a GIF file says besides its pixels. */
interface More {
  readonly palette: readonly Colour[];
  /** A palette of the picture's own, which takes the place of the other. */
  readonly own?: readonly Colour[];
  readonly interlaced?: boolean;
  /** The index that stands for transparency. */
  readonly transparent?: number;
  /** Size of the screen, where it is another than that of the picture, and where the picture lies on it. */
  readonly screen?: readonly [width: number, height: number];
  readonly place?: readonly [left: number, top: number];
  /** Pictures in the file, all the same. */
  readonly pictures?: number;
}

/** A GIF file; the palette has a power of two of colours. */
export function gif(width: number, height: number, indices: readonly number[], more: More): Buffer {
  const { palette, own = [], pictures = 1, place = [0, 0], screen = [width, height] } = more;
  const flags = (colours: readonly Colour[]) =>
    colours.length === 0 ? 0 : 0x80 | (Math.log2(colours.length) - 1);
  const bits = Math.max(Math.log2(Math.max(palette.length, own.length)), 2);
  const rows = more.interlaced ? interlaced(width, height, indices) : indices;
  const control =
    more.transparent === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, more.transparent, 0];
  const picture = [
    ...control,
    0x2c,
    ...[...place, width, height].flatMap(short),
    flags(own) | (more.interlaced ? 0x40 : 0),
    ...own.flat(),
    bits,
    ...blocks(codes(rows, bits)),
  ];
  return Buffer.from([
    ...Buffer.from('GIF89a', 'latin1'),
    ...screen.flatMap(short),
    ...[flags(palette), 0, 0],
    ...palette.flat(),
    ...Array.from({ length: pictures }, () => picture).flat(),
    0x3b,
  ]);
}

function short(value: number): number[] {
  return [value & 255, value >> 8];
}

/** Every value as its own code; the table is emptied before codes would become longer. */
function codes(values: readonly number[], bits: number): number[] {
  const clear = 1 << bits;
  const all = values.flatMap((value, at) => (at % (clear - 2) === 0 ? [clear, value] : [value]));
  const bytes: number[] = [];
  for (const [at, code] of [...all, clear + 1].entries()) {
    for (let bit = 0; bit <= bits; bit++) {
      const to = at * (bits + 1) + bit;
      bytes[to >> 3] = (bytes[to >> 3] ?? 0) | (((code >> bit) & 1) << (to & 7));
    }
  }
  return bytes;
}

function blocks(bytes: readonly number[]): number[] {
  const parts: number[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.slice(at, at + 255);
    parts.push(part.length, ...part);
  }
  return [...parts, 0];
}

function interlaced(width: number, height: number, values: readonly number[]): number[] {
  const rows = Array.from({ length: height }, (_, y) => y);
  const passes = [
    rows.filter((y) => y % 8 === 0),
    rows.filter((y) => y % 8 === 4),
    rows.filter((y) => y % 4 === 2),
    rows.filter((y) => y % 2 === 1),
  ];
  return passes.flat().flatMap((y) => values.slice(y * width, (y + 1) * width));
}
