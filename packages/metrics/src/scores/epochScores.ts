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
 * Whether a score is better than the best one so far, whichever way is better for it. A score that does
 * not exist is never better; the first that does always is.
 *
 * @param of the row of the score, or the name of a standard one that each epoch has
 */
export function isBetter(
  of: keyof EpochScores | Pick<ScoreText, 'better'>,
  score: number | null,
  best: number | null | undefined,
): score is number {
  if (score === null) return false;
  if (best === null || best === undefined) return true;
  const row =
    typeof of === 'string' ? epochScoreDefinitions.find(({ epoch }) => epoch.name === of) : of;
  return row?.better === 'lower' ? score < best : score > best;
}
