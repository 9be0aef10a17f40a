import type { PairedDifference, ShownScore } from '@raremask/metrics';
import { shownScores } from '@raremask/metrics';
import { averageText, percentText } from '../numberText.ts';

/** A score's difference in words of its own unit. */
export interface DifferenceText {
  readonly score: ShownScore;
  readonly left: string;
  readonly right: string;
  /** Signed, with its interval where there is one. */
  readonly difference: string;
  readonly interval: string;
  /** Which run is better beyond chance; undefined where the interval holds 0. */
  readonly better: 'first' | 'other' | undefined;
}

/** Differences that are read, in the order of tables. */
export function differenceTexts(differences: readonly PairedDifference[]): DifferenceText[] {
  return shownScores().flatMap((score) => {
    const found = differences.find(({ key }) => key === score.key);
    const shown = score.printedBy === undefined && (score.epoch || score.tile || score.pair);
    if (found === undefined || !shown || found.difference === null) return [];
    const { difference, interval } = found;
    const isSure = interval !== null && (interval[0] > 0 || interval[1] < 0);
    const isHigher = difference > 0;
    return [
      {
        score,
        left: text(score, found.left),
        right: text(score, found.right),
        difference: signed(score, difference),
        interval: interval === null ? '' : interval.map((end) => signed(score, end)).join(' to '),
        better: isSure ? (isHigher === (score.better === 'higher') ? 'other' : 'first') : undefined,
      },
    ];
  });
}

function text({ unit, outOf }: ShownScore, value: number | null): string {
  if (value === null) return '–';
  if (unit !== 'share') return averageText(value);
  return outOf === undefined ? value.toFixed(3) : percentText(value);
}

function signed(score: ShownScore, value: number): string {
  const size = text(score, Math.abs(value));
  return value === 0 ? size : `${value > 0 ? '+' : '−'}${size}`;
}
