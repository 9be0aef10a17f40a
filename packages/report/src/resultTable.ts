import type { Summary } from '@raremask/metrics';
import pc from 'picocolors';
import { columns, naturalWidth, plain, type TableOptions } from './columns.ts';
import type { Evaluation } from './evaluation.ts';
import type { EpochRow } from './history.ts';
import { averageText, counted, partText, shareText } from './numberText.ts';
import { type Verdict, verdict } from './verdict.ts';

export interface ResultOptions extends TableOptions {
  /** Epochs of the run, from `parseHistory`, for what the verdict says about its course. */
  readonly history?: readonly EpochRow[];
  /** Adds the mean Dice that other packages would print; false where it is left out. */
  readonly conventions?: boolean;
}

interface Column {
  readonly title: string;
  readonly cell: (summary: Summary) => string;
}

/** Dice where there is foreground stands beside the alarms where there is none, always. */
const SCORES: readonly Column[] = [
  { title: 'Dice, with foreground', cell: (summary) => shareText(summary.diceForeground) },
  {
    title: 'alarms, without',
    cell: ({ alarmShare, emptyImages }) => partOf(alarmShare, emptyImages),
  },
  {
    title: 'alarm pixels',
    cell: ({ alarmPixelsPerEmptyImage }) => averageText(alarmPixelsPerEmptyImage),
  },
  {
    title: 'missed',
    cell: ({ missed, imagesWithForeground }) => partOf(missed, imagesWithForeground),
  },
  { title: 'pooled Dice', cell: (summary) => shareText(summary.pooledDice) },
  {
    title: 'structures found',
    cell: ({ structures, structuresFound }) => partText(structuresFound, structures),
  },
  {
    title: 'false per image',
    cell: ({ falseStructuresPerImage }) => averageText(falseStructuresPerImage),
  },
];

export const CONVENTIONS: readonly {
  readonly key: keyof Summary['conventions'];
  readonly name: string;
  /** What the convention does with an image whose truth is empty. */
  readonly empty: string;
}[] = [
  { key: 'monai', name: 'MONAI', empty: 'left out, alarm or not' },
  { key: 'nnunet', name: 'nnU-Net', empty: 'left out when quiet, 0 with an alarm' },
  { key: 'smp', name: 'segmentation_models.pytorch', empty: '1 when quiet, 0 with an alarm' },
  { key: 'kaggle', name: 'Kaggle (SIIM-ACR)', empty: '1 when quiet, 0 with an alarm' },
];

/**
 * What a run scores, for a terminal: Dice over the images with foreground beside the false alarms
 * on the images without, for any foreground and for each class where there are several, and what
 * the two say in plain words.
 */
export function resultTable(evaluation: Evaluation, options: ResultOptions): string {
  const { summary } = evaluation;
  const paint = pc.createColors(options.color);
  const regions = [{ name: 'any foreground', summary: summary.foreground }];
  if (summary.classes.length > 1) regions.push(...summary.classes);
  const blocks = [
    [
      `${paint.bold(plain(evaluation.split))}, ${evaluation.checkpoint} weights (epoch ${evaluation.epoch}): ${counted(summary.foreground.images, 'image')}, ${summary.foreground.imagesWithForeground} with foreground, ${summary.foreground.emptyImages} without`,
      ...(evaluation.remark === undefined ? [] : [paint.yellow(plain(evaluation.remark))]),
    ].join('\n'),
    scoreTable(regions, options),
  ];
  if (options.conventions === true) blocks.push(conventionTable(summary.foreground, options));
  blocks.push(verdictText(verdict(options.history ?? [], evaluation), options));
  return `${blocks.join('\n\n')}\n`;
}

type Region = { readonly name: string; readonly summary: Summary };

/** One row a region where that fits the terminal, else one row a score. */
function scoreTable(regions: readonly Region[], options: TableOptions): string {
  const head = ['', ...SCORES.map(({ title }) => title)];
  const rows = regions.map(({ name, summary }) => [
    plain(name),
    ...SCORES.map(({ cell }) => cell(summary)),
  ]);
  const align = ['left', ...Array<'right'>(SCORES.length).fill('right')] as ('left' | 'right')[];
  if (naturalWidth(head, rows) <= options.width) return columns(head, rows, { ...options, align });
  return columns(
    ['', ...regions.map(({ name }) => plain(name))],
    SCORES.map(({ title, cell }) => [title, ...regions.map(({ summary }) => cell(summary))]),
    { ...options, align: ['left', ...Array<'right'>(regions.length).fill('right')] },
  );
}

function conventionTable(summary: Summary, options: TableOptions): string {
  return columns(
    ['mean Dice as printed by', '', 'an empty image counts'],
    CONVENTIONS.map(({ key, name, empty }) => [name, shareText(summary.conventions[key]), empty]),
    options,
  );
}

function verdictText({ state, headline, text, advice }: Verdict, options: TableOptions): string {
  const paint = pc.createColors(options.color);
  const tone = state === 'learning' ? paint.green : paint.yellow;
  const lines = wrapped(`${headline}. ${text}`, options.width);
  lines[0] = lines[0]!.replace(headline, tone(paint.bold(headline)));
  for (const item of advice) {
    const [first, ...rest] = wrapped(item, options.width - 4);
    lines.push(`  - ${first}`, ...rest.map((line) => `    ${line}`));
  }
  return lines.join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(width, 24)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function partOf(share: number | null, whole: number): string {
  return partText(Math.round((share ?? 0) * whole), whole);
}
