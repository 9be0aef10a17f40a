import type { ScoreText } from '@raremask/core';
import type { Summary } from '../summary.ts';
import { scoreOf } from './shown.ts';
import { type EpochScores, epochScoreDefinitions } from './standard.ts';

/** What an epoch keeps of a summary: the standard scores of an epoch, and all that were added. */
export function epochScores(
  summary: Summary,
): EpochScores & Readonly<Record<string, number | null>> {
  const standard = epochScoreDefinitions.map(({ epoch, key }) => [
    epoch.name,
    scoreOf(summary, key),
  ]);
  return { ...Object.fromEntries(standard), ...summary.added } as EpochScores;
}

/**
 * Whether a score takes the place of the best one so far: where it is better, whichever way that is, and
 * where it is the same, since of equal epochs the later one has learned more (a validation split that cannot
 * tell would keep an untrained network). A score that does not exist never does; the first that does
 * always.
 *
 * @param of the row of the score, or the name of a standard one that each epoch has
 */
export function takesBest(
  of: keyof EpochScores | Pick<ScoreText, 'better'>,
  score: number | null,
  best: number | null | undefined,
): score is number {
  if (score === null) return false;
  if (best === null || best === undefined) return true;
  const row =
    typeof of === 'string' ? epochScoreDefinitions.find(({ epoch }) => epoch.name === of) : of;
  return row?.better === 'lower' ? score <= best : score >= best;
}
