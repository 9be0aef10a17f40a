import type { AddedScoreText, Facts, Score } from '@raremask/core';
import type { RunScope } from '@raremask/core/host';
import { type LoadedManifest, scoreName } from '@raremask/core/manifest';
import { guardedScore } from './guardedScore.ts';
import type { NamedScore } from './namedScore.ts';
import { tryScore } from './scoreTrial.ts';

/** Makes the scores that a manifest adds, and tries each on small masks. */
export async function addedScores(
  { manifest, plugins }: LoadedManifest,
  scope: RunScope,
  facts: Facts,
): Promise<readonly NamedScore[]> {
  const scores: NamedScore[] = [];
  for (const [index, loaded] of plugins.scores.entries()) {
    const name = scoreName(manifest.evaluate.scores?.[index], loaded.plugin);
    const place = `${loaded.place} (${name})`;
    const score = namedScore(await scope.make(loaded), name, place, loaded.url);
    tryScore(score, facts);
    scores.push(score);
  }
  return scores;
}

function namedScore(
  score: Score,
  name: string,
  place: string,
  url: string | undefined,
): NamedScore {
  const { title, short = title, unit, better, meaning, empty } = score;
  return {
    name,
    text: { name, title, short, unit, better, meaning, empty },
    ...guardedScore(score, place, url),
  };
}

/** Names of the classes that are scored. */
export function foregroundNames({ classes, overlapping }: Facts): string[] {
  return classes.slice(overlapping ? 0 : 1).map(({ name }) => name);
}

/** What is said of the scores that a manifest adds; undefined where it adds none. */
export function scoreTexts(scores: readonly NamedScore[]): readonly AddedScoreText[] | undefined {
  return scores.length === 0 ? undefined : scores.map(({ text }) => text);
}
