import { type ScoreDefinition, type Summary, scoreOf } from '@raremask/metrics';
import { ABSENT, averageText, countText, partText, percentText, shareText } from './numberText.ts';

/** A score as a number: a share of what can be counted in percent. */
export function scoreText({ key, unit, outOf }: ScoreDefinition, summary: Summary): string {
  const value = scoreOf(summary, key);
  if (value === null) return ABSENT;
  if (unit !== 'share') return averageText(value);
  return outOf === undefined ? shareText(value) : percentText(value);
}

/** The same, where a share of what can be counted says of how many: "3 of 48". */
export function countedScoreText(definition: ScoreDefinition, summary: Summary): string {
  const { key, outOf, pair } = definition;
  if (outOf === undefined) return scoreText(definition, summary);
  const whole = summary[outOf];
  if (whole === 0) return ABSENT;
  const part = Math.round((scoreOf(summary, key) ?? 0) * whole);
  return pair ? partText(part, whole) : `${countText(part)} of ${countText(whole)}`;
}

/** The two kinds of error before all other scores. */
export function pairFirst<Row extends Pick<ScoreDefinition, 'pair'>>(rows: readonly Row[]): Row[] {
  return [...rows].sort((left, right) => Number(right.pair ?? false) - Number(left.pair ?? false));
}
