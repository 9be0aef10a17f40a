import type { Batches, Inspection } from '@raremask/record';
import pc from 'picocolors';
import {
  ABSENT,
  averageText,
  counted,
  countText,
  measureText,
  percentText,
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
export function rarePercentText(share: number): string {
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

/** Examples that a line of text names. */
const NAMED = 3;

/** The first few names, and how many more there are. */
function some(names: readonly string[], between = ', '): string {
  const rest = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(between);
  return rest > 0 ? `${shown} and ${countText(rest)} more` : shown;
}

/** What is wrong with the data, a sentence each, the worst first. */
export function findingsOf(inspection: Inspection): string[] {
  const { unreadable, blank, emptied, duplicates, groups, batches } = inspection;
  const findings: string[] = [];
  if (unreadable.length > 0) {
    findings.push(`${counted(unreadable.length, 'image')} cannot be read and must be mended`);
    for (const { id, message } of unreadable.slice(0, NAMED)) findings.push(`  ${id}: ${message}`);
  }
  if (blank.length > 0) {
    const marked = blank.filter(({ foreground }) => foreground > 0);
    const inSplits = [...new Set(blank.map(({ split }) => split))].map(
      (name) => `${name} ${countText(blank.filter(({ split }) => split === name).length)}`,
    );
    findings.push(
      `${counted(blank.length, 'image')} ${blank.length === 1 ? 'is' : 'are'} blank, of one value all over (${inSplits.join(', ')}): ${some(blank.map(({ id }) => id))}`,
    );
    if (marked.length > 0) {
      findings.push(
        `${counted(marked.length, 'blank image')} ${marked.length === 1 ? 'has' : 'have'} foreground in the mask: ${some(marked.map(({ id }) => id))}`,
      );
    }
  }
  if (emptied.length > 0) {
    findings.push(
      `${counted(emptied.length, 'image')} ${emptied.length === 1 ? 'loses' : 'lose'} all foreground at the resolution that the data set brings it to: ${some(emptied.map(({ id }) => id))}`,
    );
  }
  const crossing = duplicates.filter(({ splits }) => splits.length > 1);
  const within = duplicates.filter(({ splits }) => splits.length === 1);
  const pairs = (all: Inspection['duplicates']) => some(all.map(({ ids }) => some(ids, ' = ')));
  if (crossing.length > 0) {
    findings.push(
      `${counted(crossing.length, 'image')} ${crossing.length === 1 ? 'stands' : 'stand'} in more than one split, so scores will look better than they are: ${pairs(crossing)}`,
    );
  }
  if (within.length > 0) {
    findings.push(
      `${counted(within.length, 'image')} ${within.length === 1 ? 'is' : 'are'} there more than once within a split: ${pairs(within)}`,
    );
  }
  const leaking = groups.filter(({ splits }) => splits.length > 1);
  if (leaking.length > 0) {
    findings.push(
      `${counted(leaking.length, 'group')} in more than one split: ${some(leaking.map(({ name, splits }) => `${name} (${splits.join(', ')})`))}`,
    );
  }
  if ('problem' in batches) {
    findings.push(`the sampler cannot draw: ${batches.problem}`);
    return findings;
  }
  if (batches.batchesWithoutForeground > 0.1) {
    findings.push(
      `${percentText(batches.batchesWithoutForeground)} of the batches have no foreground at all`,
    );
  }
  if (batches.emptiedByWindow > 0.25) {
    findings.push(
      `${percentText(batches.emptiedByWindow)} of the windows of images with foreground show none of it`,
    );
  }
  return findings;
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

/** What the batches are made by. */
export function batchTitle({ sampler, batch, window, wholeEpochs }: Batches): string {
  const what = window === null ? 'whole images' : `windows of ${sizeText(window)}`;
  return `batches of ${batch} ${what} by ${sampler}${wholeEpochs ? '' : ' (the first ones of each epoch)'}`;
}

function recommendationText({ recommendation }: Inspection): string {
  return `recommended manifest (raremask init writes one)\n\n${recommendation.manifest.trimEnd()}`;
}

/** A setting's value on one line. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
