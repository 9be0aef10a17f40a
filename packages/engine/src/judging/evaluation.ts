import type { Facts } from '@raremask/core';
import { dice, type ImageScore, type Summary, summarize } from '@raremask/metrics';
import type { DecidedCheckpoint } from './decisionFile.ts';

/** evaluation.json */
export interface Evaluation {
  readonly split: string;
  readonly checkpoint: string;
  /** Epoch of the checkpoint, counted from 1. */
  readonly epoch: number;
  readonly remark?: string;
  readonly summary: {
    readonly foreground: Summary;
    readonly classes: readonly { readonly name: string; readonly summary: Summary }[];
  };
  readonly images: readonly EvaluatedImage[];
}

export interface EvaluatedImage {
  readonly id: string;
  /** Foreground pixels of the truth. */
  readonly foreground: number;
  /** Dice of any foreground; null on an empty image. */
  readonly dice: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly alarms: number;
  readonly structures: number;
  readonly structuresFound: number;
  readonly falseStructures: number;
}

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
    images: scores.map(({ id, foreground: region }) => {
      const truth = region.hits + region.misses;
      return {
        id,
        foreground: truth,
        dice: dice(region),
        hits: region.hits,
        misses: region.misses,
        alarms: region.alarms,
        structures: region.structures,
        structuresFound: region.structuresFound,
        falseStructures: region.falseStructures,
      };
    }),
  };
}
