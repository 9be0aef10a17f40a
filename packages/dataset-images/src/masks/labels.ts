import { type ClassFact, IGNORE } from '@raremask/core';
import type { Raster } from '../decoding/raster.ts';
import type { Options } from '../options/options.ts';
import { Codes } from './codes.ts';
import { masksContradict } from './errors.ts';

/** A mask file and what it holds. */
export interface MaskFile {
  readonly file: string;
  readonly raster: Raster;
}

/** From the values of mask files to labels. */
export interface LabelMap {
  readonly classes: readonly ClassFact[];
  /** Whether masks are read as colours. */
  readonly coloured: boolean;
  /**
   * Labels of one image, from its mask files: a list for each slot of `Entry.masks`, empty = no file.
   * Exclusive: one class index a pixel. Overlapping: 0 or 1 a class, channels last.
   */
  label(slots: readonly (readonly MaskFile[])[], pixels: number): Uint8Array;
}

export function labelMap(options: Options): LabelMap {
  const values = Object.entries(options.classes).map(
    ([name, value]) => ({ name, values: [value].flat() }) as const,
  );
  // A colour is no value of a grey mask, and classes with files of their own may share one: predictions hold their
  // numbers then.
  const firsts = values.map(({ values: [first] }) => first!);
  const areValues =
    firsts.every((first) => typeof first === 'number') &&
    (options.overlapping || new Set(firsts).size === firsts.length);
  const classes = values.map(({ name }, index) => ({
    name,
    value: areValues ? Number(firsts[index]) : index + (options.overlapping ? 1 : 0),
  }));
  const ignored = [options.ignore ?? []].flat();
  const codes = (meanings: ConstructorParameters<typeof Codes>[0], none: boolean) =>
    new Codes(meanings, ignored, none, options.threshold);
  if (options.overlapping) return { classes, ...overlapping(options, values, codes) };
  const meanings = values.map((one, label) => ({ ...one, label }));
  const perClass = options.masks.includes('{class}');
  const ofSlots = perClass
    ? meanings.slice(1).map((own) => codes([meanings[0]!, own], true))
    : [codes(meanings, false)];
  return {
    classes,
    coloured: ofSlots[0]!.coloured,
    label(slots, pixels) {
      const labels = new Uint8Array(pixels);
      const owners: string[] = [];
      for (const [slot, files] of slots.entries()) {
        for (const { file, raster } of files) {
          unite(labels, ofSlots[slot]!.read(raster, file), [...owners, file], raster.width);
          owners.push(file);
        }
      }
      return labels;
    },
  };
}

/**
 * Puts the labels of another file upon those that are there: a class wins over what nobody has judged,
 * and both over background; two classes for one pixel are a contradiction.
 */
function unite(
  labels: Uint8Array,
  more: Uint8Array,
  files: readonly string[],
  width: number,
): void {
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const [own, other] = [labels[pixel]!, more[pixel]!];
    if (own === other || other === 0) continue;
    if (own === 0 || own === IGNORE) labels[pixel] = other;
    else if (other !== IGNORE) {
      throw masksContradict(files, pixel % width, Math.floor(pixel / width));
    }
  }
}

function overlapping(
  options: Options,
  values: readonly { readonly name: string; readonly values: readonly (number | string)[] }[],
  codes: (
    meanings: readonly { name: string; values: readonly (number | string)[]; label: number }[],
    none: boolean,
  ) => Codes,
): Pick<LabelMap, 'label' | 'coloured'> {
  const perClass = options.maskChannels === 'classes' || options.masks.includes('{class}');
  // In a file of all classes a value stands for some of them; the others are 0 there.
  const of = values.map((own) => {
    const there = perClass ? [own] : values;
    return codes(
      there.map((one) => ({ ...one, label: one === own ? 1 : 0 })),
      true,
    );
  });
  return {
    coloured: of[0]!.coloured,
    label(slots, pixels) {
      const labels = new Uint8Array(pixels * values.length);
      for (let index = 0; index < values.length; index++) {
        for (const { file, raster } of slots[perClass ? index : 0] ?? []) {
          const present = of[index]!.read(raster, file);
          for (let pixel = 0; pixel < pixels; pixel++) {
            const at = pixel * values.length + index;
            // 1 wins over what nobody has judged, and that over 0.
            if (labels[at] !== 1 && present[pixel] !== 0) labels[at] = present[pixel]!;
          }
        }
      }
      return labels;
    },
  };
}
