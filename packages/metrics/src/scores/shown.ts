import type { AddedScoreText } from '@raremask/core';
import type { Interval } from '../intervals.ts';
import type { Conventions, Summary } from '../summary.ts';
import type { ScoreKey, ShownScore } from './definition.ts';
import { definitionsFor } from './standard.ts';

/**
 * Every score of an evaluation, in the order of tables.
 *
 * @param added what an evaluation says of the scores that its manifest adds
 * @param summary one of the evaluation's
 */
export function shownScores(
  added: readonly AddedScoreText[] = [],
  summary?: Pick<Summary, 'alarmShareAtLeast'>,
): readonly ShownScore[] {
  const limits = summary?.alarmShareAtLeast.map(({ pixels }) => pixels) ?? [];
  return [...definitionsFor(limits), ...added.map(shownAdded)];
}

/** A score that a manifest adds, wherever the others are shown. */
function shownAdded({ name, ...text }: AddedScoreText): ShownScore {
  return {
    key: `added.${name}`,
    ...text,
    epoch: { name, column: addedColumn(name) },
    head: name,
    curve: name,
    tile: true,
  };
}

const COLUMN = 'val_';

/** The column of an added score in metrics.csv. */
export function addedColumn(name: string): string {
  return COLUMN + name;
}

/** The name of the score that a column of metrics.csv holds; undefined of another column. */
export function addedName(column: string): string | undefined {
  return column.startsWith(COLUMN) ? column.slice(COLUMN.length) : undefined;
}

/** A score of a summary; null where it does not exist. */
export function scoreOf(summary: Summary, key: ScoreKey): number | null {
  const dot = key.indexOf('.');
  if (dot < 0) return numberOf(summary[key as keyof Summary]);
  const [place, name] = [key.slice(0, dot), key.slice(dot + 1)];
  if (place === 'added') return summary.added?.[name] ?? null;
  if (place === 'conventions') return numberOf(summary.conventions[name as keyof Conventions]);
  const limit = summary.alarmShareAtLeast.find(({ pixels }) => pixels === Number(name));
  return limit?.share ?? null;
}

/** The 95 % interval of a score of a summary; undefined where it has none. */
export function intervalOf(
  summary: Pick<Summary, 'intervals'>,
  key: ScoreKey,
): Interval | undefined {
  return summary.intervals?.[key] ?? undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
