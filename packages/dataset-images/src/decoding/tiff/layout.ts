import { TAG, type Tags } from './directory.ts';

/** How the values of a picture are kept. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel, alpha among them. */
  readonly samples: number;
  /** Bits of a sample. */
  readonly bits: number;
  readonly format: 'unsigned' | 'signed' | 'float';
  readonly compression: number;
  readonly predictor: number;
  readonly photometric: number;
  /** A plane for each sample instead of all samples of a pixel side by side. */
  readonly planar: boolean;
  /** The first pixel of a byte is in its low bits. */
  readonly reversed: boolean;
  readonly little: boolean;
  /** 1 to 8, as EXIF numbers them. */
  readonly orientation: number;
  /** Samples that are alpha, by their index. */
  readonly alpha: readonly number[];
  readonly colourMap: readonly number[] | undefined;
  readonly jpegTables: readonly number[] | undefined;
}

const FORMATS = [undefined, 'unsigned', 'signed', 'float', 'unsigned'] as const;

/** Colours of each photometric interpretation; the others are extra samples. */
const COLOURS: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 3,
  3: 1,
  4: 1,
  5: 4,
  6: 3,
  8: 3,
};

/** What the tags of a picture say of its values; throws an error that says what is wrong with them. */
export function layoutOf(tags: Tags, little: boolean): Layout {
  const one = (tag: number, fallback?: number): number => {
    const value = tags.get(tag)?.[0] ?? fallback;
    if (value === undefined) throw new Error(`its directory lacks the entry ${tag}`);
    return value;
  };
  const samples = one(TAG.samples, 1);
  const same = (tag: number, fallback: number): number => {
    const values = tags.get(tag) ?? [fallback];
    if (values.length !== 1 && values.length < samples) {
      throw new Error(`the entry ${tag} has ${values.length} values for ${samples} samples`);
    }
    if (values.some((value) => value !== values[0])) {
      throw new Error(
        `its samples are kept in different ways (${values.join(', ')} in entry ${tag})`,
      );
    }
    return values[0]!;
  };
  const [width, height] = [one(TAG.width), one(TAG.height)];
  if (width === 0 || height === 0 || samples === 0) throw new Error('it has no pixels');
  const photometric = one(TAG.photometric, samples >= 3 ? 2 : 1);
  const format = FORMATS[same(TAG.sampleFormat, 1)];
  if (format === undefined) throw new Error('its samples are numbers of an unknown kind');
  const extra = tags.get(TAG.extraSamples) ?? [];
  const colours = samples - extra.length;
  const expected = COLOURS[photometric];
  if (expected !== undefined && colours < expected) {
    throw new Error(`it has ${colours} colours, where its kind ${photometric} has ${expected}`);
  }
  return {
    width,
    height,
    samples,
    bits: same(TAG.bits, 1),
    format,
    compression: one(TAG.compression, 1),
    predictor: one(TAG.predictor, 1),
    photometric,
    planar: one(TAG.planar, 1) === 2 && samples > 1,
    reversed: one(TAG.fillOrder, 1) === 2,
    little,
    orientation: one(TAG.orientation, 1),
    // 1: alpha that the colours are multiplied with; 2: alpha that they are not; 0: something else.
    alpha: extra.flatMap((kind, index) => (kind === 1 || kind === 2 ? [colours + index] : [])),
    colourMap: tags.get(TAG.colourMap),
    jpegTables: tags.get(TAG.jpegTables),
  };
}
