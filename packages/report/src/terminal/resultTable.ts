import { type ShownScore, type Summary, scoreOf, shownScores } from '@raremask/metrics';
import type { EpochRow, Evaluation, FoundDecision, ManifestView, Seen } from '@raremask/record';
import pc from 'picocolors';
import { counted, shareText } from '../numberText.ts';
import { type Told, type Verdict, verdict } from '../page/verdict.ts';
import { countedScoreText, imageLevelText, intervalText, pairFirst } from '../scoreText.ts';
import { columns, naturalWidth, plain, type TableOptions } from './columns.ts';
import { wrapped } from './wrapped.ts';

export interface ResultOptions extends TableOptions {
  /** Epochs of the run, from `parseHistory`, for what the verdict says about its course. */
  readonly history?: readonly EpochRow[];
  /** The run's manifest and what the sentinel said, for what is advised. */
  readonly manifest?: ManifestView | undefined;
  readonly findings?: readonly Told[];
  readonly seen?: Seen;
  readonly decision?: FoundDecision | undefined;
  readonly bestEpoch?: number | undefined;
  /** Adds the mean Dice that other packages would print; false where it is left out. */
  readonly conventions?: boolean;
}

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
    [
      scoreTable(regions, tableScores(evaluation), options),
      ...[imageLevelText(evaluation), ...intervalNote(summary.foreground)].flatMap((note) =>
        note === undefined ? [] : wrapped(note, options.width),
      ),
    ].join('\n'),
  ];
  if (options.conventions === true) blocks.push(conventionTable(summary.foreground, options));
  blocks.push(
    verdictText(verdict({ ...options, history: options.history ?? [], evaluation }), options),
  );
  return `${blocks.join('\n\n')}\n`;
}

/** Dice where there is foreground stands beside the alarms where there is none, always. */
function tableScores({ scores }: Evaluation): readonly ShownScore[] {
  return pairFirst(shownScores(scores).filter(({ head }) => head !== undefined));
}

type Region = { readonly name: string; readonly summary: Summary };

/** One row a region where that fits the terminal, else one row a score. */
function scoreTable(
  regions: readonly Region[],
  scores: readonly ShownScore[],
  options: TableOptions,
): string {
  const named = regions.length > 1;
  const head = [...(named ? [''] : []), ...scores.map((score) => score.head!)];
  const rows = regions.flatMap(({ name, summary }) => {
    const values = scores.map((score) => countedScoreText(score, summary));
    const intervals = scores.map((score) => intervalText(score, summary) ?? '');
    return [
      [...(named ? [plain(name)] : []), ...values],
      ...(summary.intervals ? [[...(named ? [''] : []), ...intervals]] : []),
    ];
  });
  if (naturalWidth(head, rows) <= options.width) {
    const right = scores.map(() => 'right' as const);
    return columns(head, rows, { ...options, align: named ? ['left', ...right] : right });
  }
  const cells = (score: ShownScore, summary: Summary) => [
    countedScoreText(score, summary),
    ...(summary.intervals ? [intervalText(score, summary) ?? ''] : []),
  ];
  const tops = regions.flatMap(({ name, summary }) => [
    named ? plain(name) : '',
    ...(summary.intervals ? ['95 %'] : []),
  ]);
  return columns(
    ['', ...tops],
    scores.map((score) => [
      plain(score.short),
      ...regions.flatMap(({ summary }) => cells(score, summary)),
    ]),
    { ...options, align: ['left', ...tops.map(() => 'right' as const)] },
  );
}

/** Where the intervals come from. */
function intervalNote({ groups, intervals, images }: Summary): string[] {
  if (intervals === undefined || groups === undefined) return [];
  if (groups < 2) return ['No intervals: all images are of one group.'];
  const drawn =
    groups === images
      ? `${counted(images, 'image')}, each by itself,`
      : `${counted(groups, 'group')} of images`;
  return [`Intervals of 95 %: ${drawn} drawn anew 1,000 times.`];
}

function conventionTable(summary: Summary, options: TableOptions): string {
  const rows = shownScores().flatMap(({ key, printedBy }) =>
    printedBy === undefined
      ? []
      : [[printedBy.name, shareText(scoreOf(summary, key)), printedBy.empty]],
  );
  return columns(['mean Dice as printed by', '', 'an empty image counts'], rows, options);
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
