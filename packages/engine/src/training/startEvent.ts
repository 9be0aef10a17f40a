import type { BackendFact, RunEvent } from '@raremask/core';
import { scoreTexts } from '../judging/addedScores.ts';
import type { Work } from '../opening/openWork.ts';
import type { Course } from './course.ts';
import type { Parts } from './parts.ts';

interface Beginning {
  readonly work: Work;
  readonly parts: Parts;
  readonly course: Course;
  readonly folder: string;
  readonly backend: BackendFact;
  /** Whole epochs that are done. */
  readonly epoch: number;
  readonly batchesPerEpoch: number;
}

/** What is told of a training before its first step. */
export async function startEvent({
  work,
  parts,
  course,
  folder,
  backend,
  epoch,
  batchesPerEpoch,
}: Beginning): Promise<Extract<RunEvent, { type: 'start' }>> {
  const { splits, facts, loaded } = work;
  const survey = await work.survey();
  const texts = scoreTexts(parts.scores);
  const empty = (ids: readonly string[]) => ids.filter((id) => !survey.hasForeground(id)).length;
  return {
    type: 'start',
    name: loaded.manifest.name,
    folder,
    backend,
    epochs: course.epochs(epoch),
    batchesPerEpoch,
    batch: loaded.manifest.train.batch,
    counts: {
      train: splits.train.length,
      trainEmpty: empty(splits.train),
      validation: splits.validation.length,
      validationEmpty: empty(splits.validation),
    },
    parameters: parts.model.weights.reduce((sum, { initial }) => sum + initial.length, 0),
    classes: facts.classes.map(({ name }) => name),
    startEpoch: epoch + 1,
    ...(texts && { scores: texts }),
  };
}
