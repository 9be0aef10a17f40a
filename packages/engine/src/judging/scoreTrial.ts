import type { Facts } from '@raremask/core';
import { scoreImage, summarize } from '@raremask/metrics';
import { beforeTheRun } from './errors.ts';
import type { NamedScore } from './namedScore.ts';

/** Extent of the trial's images along each axis. */
const EXTENT = 8;

/** Where truth and prediction lie in an image of the trial, along its last axis; null: nowhere. */
const TRIALS = [
  { id: 'a trial image, quiet', truth: null, predicted: null },
  { id: 'a trial image, alarmed', truth: null, predicted: [2, 4] },
  { id: 'a trial image, missed', truth: [2, 4], predicted: null },
  { id: 'a trial image, found in part', truth: [2, 5], predicted: [3, 6] },
] as const;

/**
 * Asks a score for what a run will ask it for, before the first step: most of what is wrong with one
 * shows here, and not after an epoch.
 */
export function tryScore(score: NamedScore, facts: Facts): void {
  try {
    measureTrials(score, facts);
  } catch (error) {
    throw beforeTheRun(error);
  }
}

function measureTrials(score: NamedScore, facts: Facts): void {
  const size = Array.from({ length: facts.space }, () => EXTENT);
  const spacing = facts.spacing ?? size.map(() => 1);
  const names = facts.classes.slice(facts.overlapping ? 0 : 1).map(({ name }) => name);
  const scored = TRIALS.map(({ id, truth, predicted }) =>
    scoreImage(
      id,
      {
        truth: band(facts, truth),
        predicted: band(facts, predicted),
        size,
        classes: facts.classes.length,
        overlapping: facts.overlapping,
        names,
        spacing,
      },
      [score],
    ),
  );
  for (const one of [...scored.map((image) => [image]), scored, []]) {
    summarize(one, { added: [score] });
  }
}

/** Labels of the first foreground class in some columns, 2 pixels away from the other borders. */
function band({ space, classes, overlapping }: Facts, columns: readonly [number, number] | null) {
  const depth = overlapping ? classes.length : 1;
  const labels = new Uint8Array(EXTENT ** space * depth);
  if (columns === null) return labels;
  for (let pixel = 0; pixel < EXTENT ** space; pixel++) {
    const place = Array.from(
      { length: space },
      (_, axis) => Math.floor(pixel / EXTENT ** axis) % EXTENT,
    );
    const [column, ...others] = place;
    const inside = others.every((at) => at >= 2 && at < EXTENT - 2);
    if (inside && column! >= columns[0] && column! < columns[1]) labels[pixel * depth] = 1;
  }
  return labels;
}
