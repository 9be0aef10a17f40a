import { IGNORE } from '@raremask/core';
import type { Raster } from '../decoding/raster.ts';
import { colourNumber, colourText } from '../options/colour.ts';
import { unknownMaskValue } from './errors.ts';

/** A value of a mask, or a colour. */
export type MaskValue = number | string;

/** What a value stands for: the label, and the name for messages. */
export interface Meaning {
  readonly name: string;
  readonly values: readonly MaskValue[];
  readonly label: number;
}

const UNKNOWN = -1;
const TABLE = 65536;

/** What each value of a mask file stands for. */
export class Codes {
  readonly #table = new Int16Array(TABLE).fill(UNKNOWN);
  /** Values beyond the table: negative ones. */
  readonly #others = new Map<number, number>();
  readonly #colours = new Map<number, number>();
  readonly #threshold:
    | { readonly from: number; readonly low: number; readonly high: number }
    | undefined;
  readonly #valid: string;

  /**
   * @param none whether 0 (black) is a value of every file, with the label 0
   * @param threshold value from which on a pixel has the label of the meaning with the higher value
   */
  constructor(
    meanings: readonly Meaning[],
    ignored: readonly MaskValue[],
    none: boolean,
    threshold?: number,
  ) {
    const coloured = [...meanings.flatMap(({ values }) => values), ...ignored].some(
      (value) => typeof value === 'string',
    );
    if (none) this.#set(coloured ? '#000000' : 0, 0);
    for (const { values, label } of meanings) for (const value of values) this.#set(value, label);
    for (const value of ignored) this.#set(value, IGNORE);
    const listed = [
      ...(none ? [`${coloured ? '#000000' : 0} (none)`] : []),
      ...meanings.map(({ name, values }) => `${values.join(' or ')} (${name})`),
      ...(ignored.length > 0 ? [`${ignored.join(' or ')} (ignored)`] : []),
    ];
    this.#valid = listed.join(', ');
    if (threshold !== undefined) {
      const low = meanings.find(({ values }) => Number(values[0]) < threshold)?.label ?? 0;
      const high = meanings.find(({ values }) => Number(values[0]) >= threshold)!.label;
      this.#threshold = { from: threshold, low, high };
      for (const value of ignored) this.#others.set(Number(value), IGNORE);
    }
  }

  /** Whether masks are read as colours. */
  get coloured(): boolean {
    return this.#colours.size > 0;
  }

  /** Where a value stands for several meanings, the highest label counts. */
  #set(value: MaskValue, label: number): void {
    if (typeof value === 'string') {
      const colour = colourNumber(value);
      this.#colours.set(colour, Math.max(this.#colours.get(colour) ?? 0, label));
    } else if (value >= 0 && value < TABLE) {
      this.#table[value] = Math.max(this.#table[value]!, label);
    } else this.#others.set(value, label);
  }

  /** The label of each pixel; throws for the first value that nothing stands for. */
  read(mask: Raster, file: string): Uint8Array {
    const { data, width, height, channels } = mask;
    const labels = new Uint8Array(width * height);
    const codeOf = this.#threshold === undefined ? this.#exactly : this.#byThreshold;
    for (let pixel = 0; pixel < labels.length; pixel++) {
      const value = channels === 3 ? colourAt(data, pixel) : data[pixel]!;
      const code = channels === 3 ? (this.#colours.get(value) ?? UNKNOWN) : codeOf(value);
      if (code === UNKNOWN) {
        const place = { x: pixel % width, y: Math.floor(pixel / width) };
        throw unknownMaskValue(file, place, shown(mask, pixel), this.#valid, distinct(mask));
      }
      labels[pixel] = code;
    }
    return labels;
  }

  readonly #exactly = (value: number): number =>
    this.#table[value] ?? this.#others.get(value) ?? UNKNOWN;

  readonly #byThreshold = (value: number): number => {
    const { from, low, high } = this.#threshold!;
    const ignored = this.#others.get(value);
    if (ignored !== undefined) return ignored;
    if (Number.isNaN(value)) return UNKNOWN;
    return value >= from ? high : low;
  };
}

/** Red, green and blue as one number; of 16 bits the high bytes, where the low ones say the same. */
function colourAt(data: Raster['data'], pixel: number): number {
  const at = pixel * 3;
  let [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
  if (!(data instanceof Uint8Array)) [red, green, blue] = [red / 257, green / 257, blue / 257];
  return red * 65536 + green * 256 + blue;
}

function shown({ data, channels }: Raster, pixel: number): string {
  if (channels === 1) return `${data[pixel]!}`;
  const colour = colourAt(data, pixel);
  return Number.isInteger(colour) && colour <= 0xffffff
    ? colourText(colour)
    : `[${data.slice(pixel * 3, pixel * 3 + 3).join(', ')}]`;
}

/** The first few values of a mask, in their order. */
function distinct(mask: Raster): string[] {
  if (mask.channels === 1) {
    const values = [...new Set<number>(mask.data)].sort((a, b) => a - b);
    return values.slice(0, 11).map(String);
  }
  const seen = new Set<string>();
  for (let pixel = 0; pixel < mask.width * mask.height && seen.size < 11; pixel++) {
    seen.add(shown(mask, pixel));
  }
  return [...seen].sort();
}
