import pc from 'picocolors';
import { columns, plain, type TableOptions } from './columns.ts';
import { ABSENT, counted, countText, measureText, percentText, sizeText } from './numberText.ts';

/** What a data set holds, counted over all splits; the result of `raremask inspect`. */
export interface Inspection {
  readonly name: string;
  /** What must be said about the data, for example that it is synthetic. */
  readonly remark?: string;
  readonly splits: readonly {
    readonly name: string;
    readonly images: number;
    /** Images without any foreground pixel. */
    readonly empty: number;
    readonly groups: number;
  }[];
  readonly classes: readonly {
    readonly name: string;
    /** The value in the mask files. */
    readonly value: number;
    readonly pixels: number;
    /** Of all judged pixels. */
    readonly share: number;
    readonly images: number;
    readonly structures: number;
    /** Quantiles of the structures' sizes; null for the background and for absent classes. */
    readonly structurePixels: {
      readonly min: number;
      readonly q25: number;
      readonly median: number;
      readonly q75: number;
      readonly max: number;
    } | null;
  }[];
  /** The most frequent first. */
  readonly sizes: readonly { readonly size: readonly number[]; readonly images: number }[];
  readonly channels: number;
  readonly intensity: readonly {
    readonly channel: number;
    readonly min: number;
    readonly mean: number;
    readonly deviation: number;
    readonly max: number;
  }[];
  /** Share of all pixels that nobody has judged. */
  readonly ignoredShare: number;
  readonly warnings: readonly string[];
}

const SIZES_SHOWN = 6;

/** The tables of `raremask inspect`. */
export function inspectionTable(inspection: Inspection, options: TableOptions): string {
  const paint = pc.createColors(options.color);
  const blocks = [
    [
      paint.bold(plain(inspection.name)),
      ...(inspection.remark === undefined ? [] : [paint.yellow(plain(inspection.remark))]),
    ].join('\n'),
    splitTable(inspection, options),
    classTable(inspection, options),
    sizeTable(inspection, options),
    intensityTable(inspection, options),
  ];
  if (inspection.ignoredShare > 0) {
    blocks.push(`${percentText(inspection.ignoredShare)} of the pixels are not judged (ignored)`);
  }
  if (inspection.warnings.length > 0) {
    blocks.push(
      inspection.warnings.map((text) => paint.yellow(`warning: ${plain(text)}`)).join('\n'),
    );
  }
  return `${blocks.join('\n\n')}\n`;
}

function splitTable(inspection: Inspection, options: TableOptions): string {
  const sum = (key: 'images' | 'empty' | 'groups') =>
    inspection.splits.reduce((total, split) => total + split[key], 0);
  const rows = inspection.splits.map((split) => ({ ...split }));
  if (rows.length > 1) {
    rows.push({ name: 'all', images: sum('images'), empty: sum('empty'), groups: sum('groups') });
  }
  return columns(
    ['split', 'images', 'with foreground', 'empty', 'share empty', 'groups'],
    rows.map(({ name, images, empty, groups }) => [
      name,
      countText(images),
      countText(images - empty),
      countText(empty),
      images === 0 ? ABSENT : percentText(empty / images),
      countText(groups),
    ]),
    { ...options, align: ['left', 'right', 'right', 'right', 'right', 'right'] },
  );
}

function classTable({ classes }: Inspection, options: TableOptions): string {
  return columns(
    [
      'class',
      'mask\nvalue',
      'share of\npixels',
      'images',
      'structures',
      'structure\npixels: min',
      '25 %',
      'median',
      '75 %',
      'max',
    ],
    classes.map(({ name, value, share, images, structures, structurePixels: sizes }) => [
      name,
      String(value),
      rarePercentText(share),
      countText(images),
      sizes === null && structures === 0 ? ABSENT : countText(structures),
      ...(sizes === null
        ? Array<string>(5).fill(ABSENT)
        : [sizes.min, sizes.q25, sizes.median, sizes.q75, sizes.max].map(countText)),
    ]),
    { ...options, align: ['left', ...Array<'right'>(9).fill('right')] },
  );
}

/** Percent with two digits that matter, since shares of foreground are small. */
function rarePercentText(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent >= 10) return percentText(share);
  return `${Number(percent.toPrecision(2))} %`;
}

function sizeTable({ sizes }: Inspection, options: TableOptions): string {
  const rows = sizes
    .slice(0, SIZES_SHOWN)
    .map(({ size, images }) => [sizeText(size), countText(images)]);
  const rest = sizes.slice(SIZES_SHOWN);
  if (rest.length > 0) {
    rows.push([
      counted(rest.length, 'other size'),
      countText(rest.reduce((sum, { images }) => sum + images, 0)),
    ]);
  }
  return columns(['image size', 'images'], rows, { ...options, align: ['left', 'right'] });
}

function intensityTable({ intensity }: Inspection, options: TableOptions): string {
  return columns(
    ['channel', 'min', 'mean', 'deviation', 'max'],
    intensity.map(({ channel, min, mean, deviation, max }) => [
      String(channel + 1),
      ...[min, mean, deviation, max].map(measureText),
    ]),
    { ...options, align: ['left', 'right', 'right', 'right', 'right'] },
  );
}
