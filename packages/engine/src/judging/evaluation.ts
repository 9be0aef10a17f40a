import type { Facts } from '@raremask/core';
import {
  calibration,
  dice,
  froc,
  type ImageScore,
  imageLevel,
  imageScoreOf,
  summarize,
} from '@raremask/metrics';
import type { Evaluation } from '@raremask/record';
import { foregroundNames, scoreTexts } from './addedScores.ts';
import type { DecidedCheckpoint } from './decisionFile.ts';
import type { NamedScore } from './namedScore.ts';
import type { SaidOfImage } from './saidOfImage.ts';

/**
 * @param said what the network says of each image, one a score
 * @param groupOf what images are drawn together by, for intervals
 */
export function evaluationOf(
  facts: Facts,
  split: string,
  checkpoint: DecidedCheckpoint,
  scores: readonly ImageScore[],
  said: readonly SaidOfImage[],
  added: readonly NamedScore[],
  groupOf: (id: string) => string,
): Evaluation {
  const { foreground, classes } = summarize(scores, { added, groupOf });
  const ranked = scores.flatMap(({ id, foreground: { pixels, hits, misses } }, index) =>
    pixels === 0 ? [] : [{ id, group: groupOf(id), isFilled: hits + misses > 0, ...said[index]! }],
  );
  const names = foregroundNames(facts);
  const texts = scoreTexts(added);
  return {
    split,
    checkpoint: checkpoint.which,
    epoch: checkpoint.head.progress.epoch,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    ...(texts && { scores: texts }),
    summary: {
      foreground,
      classes: classes.map((summary, index) => ({ name: names[index]!, summary })),
    },
    imageLevel: imageLevel(ranked),
    calibration: calibration(
      ranked.map(({ calibration: counts, ...image }) => ({ ...image, counts })),
    ),
    froc: froc(ranked.map(({ detections: counts, ...image }) => ({ ...image, counts }))),
    images: scores.map(({ id, foreground: all }, index) => {
      const { pixels, measured, ...region } = all;
      const own = added.map((score) => [score.name, imageScoreOf(all, score)]);
      const group = groupOf(id);
      return {
        id,
        ...(group !== id && { group }),
        foreground: region.hits + region.misses,
        probability: said[index]!.probability,
        dice: dice(region),
        ...region,
        ...(added.length > 0 && { added: Object.fromEntries(own) }),
      };
    }),
  };
}
