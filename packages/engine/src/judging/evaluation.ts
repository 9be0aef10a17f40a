import type { Facts } from '@raremask/core';
import { dice, type ImageScore, summarize } from '@raremask/metrics';
import type { Evaluation } from '@raremask/record';
import type { DecidedCheckpoint } from './decisionFile.ts';

export function evaluationOf(
  facts: Facts,
  split: string,
  checkpoint: DecidedCheckpoint,
  scores: readonly ImageScore[],
): Evaluation {
  const { foreground, classes } = summarize(scores);
  const names = facts.classes.slice(facts.overlapping ? 0 : 1).map(({ name }) => name);
  return {
    split,
    checkpoint: checkpoint.which,
    epoch: checkpoint.head.progress.epoch,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    summary: {
      foreground,
      classes: classes.map((summary, index) => ({ name: names[index]!, summary })),
    },
    images: scores.map(({ id, foreground: { pixels, ...region } }) => ({
      id,
      foreground: region.hits + region.misses,
      dice: dice(region),
      ...region,
    })),
  };
}
