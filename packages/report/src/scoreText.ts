import { intervalOf, type ShownScore, type Summary, scoreOf } from '@raremask/metrics';
import type { Evaluation } from '@raremask/record';
import {
  ABSENT,
  averageText,
  countText,
  measureText,
  partText,
  percentText,
  shareText,
} from './numberText.ts';

/** A score as a number: a share of what can be counted in percent. */
export function scoreText(score: ShownScore, summary: Summary): string {
  return valueText(score, scoreOf(summary, score.key));
}

/** Its 95 % interval in the same unit, "0.42–0.79" or "3–31 %"; undefined where it has none. */
export function intervalText(score: ShownScore, summary: Summary): string | undefined {
  const interval = intervalOf(summary, score.key);
  if (interval === undefined) return undefined;
  const { key, unit, outOf } = score;
  if (unit === 'share' && outOf === undefined) {
    return interval.map((end) => end.toFixed(2)).join('–');
  }
  const [low, high] = interval.map((end) =>
    key.startsWith('added.') ? measureText(end) : valueText(score, end),
  ) as [string, string];
  return `${low.replace(/ %$/, '')}–${high}`;
}

function valueText({ key, unit, outOf }: ShownScore, value: number | null): string {
  if (value === null) return ABSENT;
  if (key.startsWith('added.')) return addedScoreText(value, unit);
  if (unit !== 'share') return averageText(value);
  return outOf === undefined ? shareText(value) : percentText(value);
}

/** The same of a score that the manifest adds, which may be of any size and unit. */
export function addedScoreText(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return ABSENT;
  return unit === 'share' ? shareText(value) : `${measureText(value)} ${unit}`;
}

/** The same, where a share of what can be counted says of how many: "3 of 48". */
export function countedScoreText(definition: ShownScore, summary: Summary): string {
  const { key, outOf, pair } = definition;
  if (outOf === undefined) return scoreText(definition, summary);
  const whole = summary[outOf];
  if (whole === 0) return ABSENT;
  const part = Math.round((scoreOf(summary, key) ?? 0) * whole);
  return pair ? partText(part, whole) : `${countText(part)} of ${countText(whole)}`;
}

/** The two kinds of error before all other scores. */
export function pairFirst<Row extends Pick<ShownScore, 'pair'>>(rows: readonly Row[]): Row[] {
  return [...rows].sort((left, right) => Number(right.pair ?? false) - Number(left.pair ?? false));
}

/** One sentence on how well images are told apart; undefined where only one kind is there. */
export function imageLevelText({ imageLevel }: Pick<Evaluation, 'imageLevel'>): string | undefined {
  if (imageLevel === undefined || imageLevel.auc === null) return undefined;
  const { auc, interval } = imageLevel;
  const ends = interval === null ? '' : `, ${interval.map((end) => end.toFixed(2)).join('–')}`;
  return `Images with and without foreground told apart by their largest probability: AUC ${auc.toFixed(3)}${ends}.`;
}

/** One sentence on how many structures are found at few false ones; undefined where there is no structure. */
export function frocText({ froc }: Pick<Evaluation, 'froc'>): string | undefined {
  if (froc === undefined || froc.score === null) return undefined;
  return `FROC: each point lets candidates count from another peak on. ${shareText(froc.score)}${endsOf(froc.interval, shareText)} of the structures are found on average with at most 1/8, 1/4, 1/2, 1, 2, 4 and 8 false ones an image; a candidate is what is connected with a probability of 0.1 or more.`;
}

/** One sentence on calibration; undefined where nothing was judged. */
export function calibrationText({
  calibration,
}: Pick<Evaluation, 'calibration'>): string | undefined {
  if (calibration === undefined || calibration.error === null) return undefined;
  const { error, interval, errorAbove, intervalAbove, bins } = calibration;
  const above =
    errorAbove === null
      ? 'no pixel has a probability above it'
      : `${measureText(errorAbove)}${endsOf(intervalAbove, measureText)} of those above it`;
  return `Expected calibration error: ${measureText(error)}${endsOf(interval, measureText)} of all pixels, nearly all of them background in the lowest of ${bins.length} bins; ${above}.`;
}

function endsOf(interval: readonly [number, number] | null, text: (end: number) => string): string {
  return interval === null ? '' : ` (${interval.map((end) => text(end)).join('–')})`;
}
