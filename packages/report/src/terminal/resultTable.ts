import type { Summary } from '@raremask/metrics';
import type { EpochRow, Evaluation } from '@raremask/record';
import pc from 'picocolors';
import { ABSENT, averageText, counted, countText, partText, shareText } from '../numberText.ts';
import { type Verdict, verdict } from '../page/verdict.ts';
import { columns, naturalWidth, plain, type TableOptions } from './columns.ts';
import { wrapped } from './wrapped.ts';

export interface ResultOptions extends TableOptions {
  /** Epochs of the run, from `parseHistory`, for what the verdict says about its course. */
  readonly history?: readonly EpochRow[];
  /** Adds the mean Dice that other packages would print; false where it is left out. */
  readonly conventions?: boolean;
}

interface Column {
  /** Over a column, in two lines. */
  readonly head: string;
  /** Before a row. */
  readonly title: string;
  readonly cell: (summary: Summary) => string;
}

/** Dice where there is foreground stands beside the alarms where there is none, always. */
const SCORES: readonly Column[] = [
  {
    head: 'with foreground\nDice',
    title: 'Dice (images with foreground)',
    cell: (summary) => shareText(summary.diceForeground),
  },
  {
    head: 'without\nalarms',
    title: 'alarms (images without)',
    cell: ({ alarmShare, emptyImages }) =>
      partText(Math.round((alarmShare ?? 0) * emptyImages), emptyImages),
  },
  {
    head: 'alarm\npixels',
    title: 'alarm pixels (per image without)',
    cell: ({ alarmPixelsPerEmptyImage }) => averageText(alarmPixelsPerEmptyImage),
  },
  {
    head: 'missed',
    title: 'missed (images with foreground)',
    cell: ({ missed, imagesWithForeground }) =>
      outOf(Math.round((missed ?? 0) * imagesWithForeground), imagesWithForeground),
  },
  {
    head: 'pooled\nDice',
    title: 'pooled Dice',
    cell: (summary) => shareText(summary.pooledDice),
  },
  {
    head: 'structures\nfound',
    title: 'structures found',
    cell: ({ structures, structuresFound }) => outOf(structuresFound, structures),
  },
  {
    head: 'false\nper image',
    title: 'false structures per image',
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
  const named = regions.length > 1;
  const head = [...(named ? [''] : []), ...SCORES.map((score) => score.head)];
  const rows = regions.map(({ name, summary }) => [
    ...(named ? [plain(name)] : []),
    ...SCORES.map(({ cell }) => cell(summary)),
  ]);
  if (naturalWidth(head, rows) <= options.width) {
    const right = SCORES.map(() => 'right' as const);
    return columns(head, rows, { ...options, align: named ? ['left', ...right] : right });
  }
  return columns(
    ['', ...(named ? regions.map(({ name }) => plain(name)) : [''])],
    SCORES.map(({ title, cell }) => [title, ...regions.map(({ summary }) => cell(summary))]),
    { ...options, align: ['left', ...regions.map(() => 'right' as const)] },
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

function outOf(part: number, whole: number): string {
  return whole === 0 ? ABSENT : `${countText(part)} of ${countText(whole)}`;
}
