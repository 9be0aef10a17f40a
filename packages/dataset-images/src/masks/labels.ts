import { type ClassFact, IGNORE } from '@raremask/core';
import type { Raster } from '../decoding/png.ts';
import type { Options } from '../options.ts';
import { unknownMaskValue } from './errors.ts';

const UNKNOWN = -1;

/** From the values of one mask file to labels. */
export interface LabelMap {
  readonly classes: readonly ClassFact[];
  /**
   * Labels of one image, from its mask files in the order of `Entry.masks`; undefined = no file.
   * Exclusive: one class index a pixel. Overlapping: 0 or 1 a class, channels last.
   */
  label(
    masks: readonly (Raster | undefined)[],
    files: readonly (string | undefined)[],
    pixels: number,
  ): Uint8Array;
}

export function labelMap(options: Options): LabelMap {
  const values = Object.entries(options.classes).map(
    ([name, value]) => [name, [value].flat()] as const,
  );
  const classes = values.map(([name, [first]]) => ({ name, value: first! }));
  const ignored = options.ignore === undefined ? [] : [options.ignore].flat();
  if (!options.overlapping) {
    const code = new Codes(values, ignored, (index) => index);
    return {
      classes,
      label: ([mask], [file], pixels) =>
        mask === undefined ? new Uint8Array(pixels) : code.read(mask, file!),
    };
  }
  const perClass = options.masks.includes('{class}') || options.maskChannels === 'classes';
  const codes = values.map((own) => new Codes(perClass ? [own] : values, ignored, () => 1, true));
  const members = values.map(([, own]) => new Set(own));
  return {
    classes,
    label(masks, files, pixels) {
      const labels = new Uint8Array(pixels * classes.length);
      for (let index = 0; index < classes.length; index++) {
        const at = perClass ? index : 0;
        const mask = masks[at];
        if (mask === undefined) continue;
        const present = codes[index]!.read(mask, files[at]!);
        const own = members[index]!;
        for (let pixel = 0; pixel < pixels; pixel++) {
          const label = present[pixel]!;
          const other = label === 1 && !own.has(mask.data[pixel]!);
          labels[pixel * classes.length + index] = other ? 0 : label;
        }
      }
      return labels;
    },
  };
}

/** What each value of a mask file stands for. */
class Codes {
  readonly #code = new Int16Array(65536).fill(UNKNOWN);
  readonly #valid: string;

  constructor(
    values: readonly (readonly [name: string, values: readonly number[]])[],
    ignored: readonly number[],
    codeOf: (index: number) => number,
    zeroIsNone = false,
  ) {
    if (zeroIsNone) this.#code[0] = 0;
    for (const [index, [, own]] of values.entries()) {
      for (const value of own) this.#code[value] = codeOf(index);
    }
    for (const value of ignored) this.#code[value] = IGNORE;
    this.#valid = [
      ...(zeroIsNone ? ['0 (none)'] : []),
      ...values.map(([name, own]) => `${own.join(' or ')} (${name})`),
      ...(ignored.length > 0 ? [`${ignored.join(' or ')} (ignored)`] : []),
    ].join(', ');
  }

  read(mask: Raster, file: string): Uint8Array {
    const { data, width } = mask;
    const codes = this.#code;
    const labels = new Uint8Array(data.length);
    for (let pixel = 0; pixel < data.length; pixel++) {
      const value = data[pixel]!;
      const code = codes[value] ?? UNKNOWN;
      if (code === UNKNOWN) {
        const place = { x: pixel % width, y: Math.floor(pixel / width), value };
        throw unknownMaskValue(file, place, this.#valid, distinct(data));
      }
      labels[pixel] = code;
    }
    return labels;
  }
}

function distinct(data: Raster['data']): number[] {
  return [...new Set<number>(data)].sort((a, b) => a - b).slice(0, 11);
}
