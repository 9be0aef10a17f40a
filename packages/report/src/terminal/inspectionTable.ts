import type { Inspection } from '@raremask/record';
import pc from 'picocolors';
import { batchTitle, findingsOf, pixelSizeRows, resolutionRows } from '../inspectionFindings.ts';
import {
  ABSENT,
  averageText,
  counted,
  countText,
  measureText,
  percentText,
  rarePercentText,
  sizeText,
} from '../numberText.ts';
import { columns, plain, type TableOptions } from './columns.ts';

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
    ...pixelSizeTable(inspection, options),
    ...resolutionTable(inspection, options),
    intensityTable(inspection, options),
    batchTable(inspection, options),
  ];
  if (inspection.ignoredShare > 0) {
    blocks.push(`${percentText(inspection.ignoredShare)} of the pixels are not judged (ignored)`);
  }
  const findings = findingsOf(inspection);
  if (findings.length > 0) {
    blocks.push(findings.map((text) => paint.yellow(`found: ${plain(text)}`)).join('\n'));
  }
  if (inspection.warnings.length > 0) {
    blocks.push(
      inspection.warnings.map((text) => paint.yellow(`warning: ${plain(text)}`)).join('\n'),
    );
  }
  blocks.push(recommendationText(inspection));
  return `${blocks.join('\n\n')}\n`;
}

function splitTable(inspection: Inspection, options: TableOptions): string {
  const sum = (key: 'images' | 'empty' | 'groups' | 'emptyGroups') =>
    inspection.splits.reduce((total, split) => total + split[key], 0);
  const rows = inspection.splits.map((split) => ({ ...split }));
  if (rows.length > 1) {
    rows.push({
      name: 'all',
      images: sum('images'),
      empty: sum('empty'),
      groups: sum('groups'),
      emptyGroups: sum('emptyGroups'),
    });
  }
  return columns(
    ['split', 'images', 'with foreground', 'empty', 'share empty', 'groups', 'groups without'],
    rows.map(({ name, images, empty, groups, emptyGroups }) => [
      name,
      countText(images),
      countText(images - empty),
      countText(empty),
      images === 0 ? ABSENT : percentText(empty / images),
      countText(groups),
      countText(emptyGroups),
    ]),
    { ...options, align: ['left', ...Array<'right'>(6).fill('right')] },
  );
}

function classTable({ classes }: Inspection, options: TableOptions): string {
  const isGrouped = classes.some(({ groups }) => groups !== undefined);
  return columns(
    [
      'class',
      'mask\nvalue',
      'share of\npixels',
      'images',
      ...(isGrouped ? ['groups'] : []),
      'structures',
      'structure\npixels: min',
      '25 %',
      'median',
      '75 %',
      'max',
    ],
    classes.map(({ name, value, share, images, groups, structures, structurePixels: sizes }) => [
      name,
      String(value),
      rarePercentText(share),
      countText(images),
      ...(isGrouped ? [groups === undefined ? ABSENT : countText(groups)] : []),
      sizes === null && structures === 0 ? ABSENT : countText(structures),
      ...(sizes === null
        ? Array<string>(5).fill(ABSENT)
        : [sizes.min, sizes.q25, sizes.median, sizes.q75, sizes.max].map(countText)),
    ]),
    { ...options, align: ['left', ...Array<'right'>(isGrouped ? 10 : 9).fill('right')] },
  );
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

/** Nothing where no file says how large its pixels are. */
function pixelSizeTable({ pixelSizes }: Inspection, options: TableOptions): string[] {
  if (pixelSizes === undefined) return [];
  const rows = pixelSizeRows(pixelSizes, SIZES_SHOWN);
  return [columns(['pixel size', 'images'], rows, { ...options, align: ['left', 'right'] })];
}

/** Nothing where images are too small for a coarser resolution. */
function resolutionTable(inspection: Inspection, options: TableOptions): string[] {
  const found = resolutionRows(inspection);
  if (found === undefined) return [];
  const { head, rows, notes } = found;
  const align = head.map((_, at): 'left' | 'right' => (at === 0 ? 'left' : 'right'));
  return [[columns(head, rows, { ...options, align }), ...notes].join('\n')];
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

function batchTable({ batches }: Inspection, options: TableOptions): string {
  if ('problem' in batches) return `batches of ${batches.sampler}: none`;
  const title = batchTitle(batches);
  const table = columns(
    [
      'epoch',
      'batches',
      'empty in\na batch',
      'structures\na batch',
      'batches without\nany foreground',
      ...(batches.classes.length > 1 ? batches.classes.map(({ name }) => `without\n${name}`) : []),
    ],
    [
      ...batches.epochs.map((epoch) => [
        String(epoch.epoch),
        countText(epoch.batches),
        percentText(epoch.emptyShare),
        averageText(epoch.structuresPerBatch),
        percentText(epoch.batchesWithoutForeground),
      ]),
      [
        'all',
        countText(batches.batches),
        percentText(batches.emptyShare),
        averageText(batches.structuresPerBatch),
        percentText(batches.batchesWithoutForeground),
        ...(batches.classes.length > 1
          ? batches.classes.map(({ batchesWithout }) => percentText(batchesWithout))
          : []),
      ],
    ],
    { ...options, align: ['left', ...Array<'right'>(20).fill('right')] },
  );
  return [
    title,
    table,
    `${rarePercentText(batches.foregroundShare)} of the pixels in the batches are foreground${
      batches.window === null
        ? ''
        : `; ${percentText(batches.emptiedByWindow)} of the windows of images with foreground show none of it`
    }`,
  ].join('\n');
}

function recommendationText({ recommendation }: Inspection): string {
  return `recommended manifest (raremask init writes one)\n\n${recommendation.manifest.trimEnd()}`;
}
