import type { AddedScoreText } from '@raremask/core';
import type { AddedScore } from '@raremask/metrics';

/** A score of `evaluate.scores`, ready to be asked: what it gives is checked, its mistakes carry its place. */
export interface NamedScore extends AddedScore {
  readonly text: AddedScoreText;
}
