import { join } from 'node:path';
import type { AddedScoreText, RegionCounts } from '@raremask/core';
import type { Calibration, Froc, ImageLevel, Summary } from '@raremask/metrics';
import { writeJson } from './atomicFile.ts';
import { readJson } from './recordedFile.ts';
import { evaluationName, SCORED_SPLITS } from './runFolder.ts';

/** What a split scores; evaluation.json of the validation split, evaluation-SPLIT.json of another. */
export interface Evaluation {
  readonly split: string;
  /** Which weights: best or last. */
  readonly checkpoint: string;
  /** Epoch of the checkpoint, counted from 1. */
  readonly epoch: number;
  /** What the rule that was searched is called in decision.json; absent where none was. */
  readonly decision?: string;
  /** What must be said wherever results are shown, for example that the images are synthetic. */
  readonly remark?: string;
  /** What the scores are that the manifest adds; absent where it adds none. */
  readonly scores?: readonly AddedScoreText[];
  readonly summary: {
    readonly foreground: Summary;
    /** Without the background. */
    readonly classes: readonly { readonly name: string; readonly summary: Summary }[];
  };
  /** How well images with foreground are told from those without; absent in files of earlier versions. */
  readonly imageLevel?: ImageLevel;
  /** Whether probabilities are as often right as they say; absent in files of earlier versions. */
  readonly calibration?: Calibration;
  /** Structures found against false ones; absent in files of earlier versions. */
  readonly froc?: Froc;
  readonly images: readonly EvaluatedImage[];
  /** Samples of the split that could not be read, and do not count. */
  readonly unreadable?: readonly {
    readonly id: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** What one image scores on any foreground. */
export interface EvaluatedImage extends Omit<RegionCounts, 'pixels'> {
  readonly id: string;
  /** What it is drawn with, as a patient; absent where that is the image alone, and in earlier files. */
  readonly group?: string;
  /** Foreground pixels of the truth; 0 = an empty image. */
  readonly foreground: number;
  /** Largest probability of foreground, or that of an image head; absent in files of earlier versions. */
  readonly probability?: number;
  /** Null on an empty image. */
  readonly dice: number | null;
  /** What each added score is of this image alone; absent where none is added. */
  readonly added?: Readonly<Record<string, number | null>>;
}

export async function writeEvaluation(folder: string, evaluation: Evaluation): Promise<void> {
  await writeJson(join(folder, evaluationName(evaluation.split)), evaluation);
}

/** The evaluations that a run folder has, validation first. */
export async function readEvaluations(folder: string): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const split of SCORED_SPLITS) {
    const evaluation = await readJson<Evaluation>(join(folder, evaluationName(split)));
    if (evaluation !== undefined) evaluations.push(evaluation);
  }
  return evaluations;
}
