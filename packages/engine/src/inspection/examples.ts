import type { Sample } from '@raremask/core';
import type { Work } from '../opening/openWork.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { foregroundOf } from './contents.ts';

/** A sample to look at, with the reason that it was chosen. */
export interface Example {
  readonly sample: Sample;
  readonly split: string;
  /** `smallest`, `typical` and `largest` foreground, or `empty`. */
  readonly kind: 'smallest' | 'typical' | 'largest' | 'empty';
  readonly foreground: number;
  readonly classes: number;
  readonly overlapping: boolean;
}

/** Two images with little foreground, two with a typical amount, two with much, and two empty ones. */
export function* examplesOf(work: Work, survey: CountedSurvey): Generator<() => Promise<Example>> {
  const { facts, dataset, splits } = work;
  const all = Object.entries(splits).flatMap(([split, ids]) =>
    ids.filter((id) => survey.has(id)).map((id) => ({ id, split })),
  );
  const filled = all
    .filter(({ id }) => survey.hasForeground(id))
    .map((entry) => ({ ...entry, foreground: foregroundOf(survey.image(entry.id), facts) }))
    .sort((left, right) => left.foreground - right.foreground);
  const middle = Math.max(Math.floor(filled.length / 2) - 1, 0);
  const empty = all.filter(({ id }) => !survey.hasForeground(id));
  const chosen = [
    ...filled.slice(0, 2).map((entry) => ({ ...entry, kind: 'smallest' as const })),
    ...filled.slice(middle, middle + 2).map((entry) => ({ ...entry, kind: 'typical' as const })),
    ...filled.slice(-2).map((entry) => ({ ...entry, kind: 'largest' as const })),
    ...empty.slice(0, 2).map((entry) => ({ ...entry, kind: 'empty' as const, foreground: 0 })),
  ];
  const seen = new Set<string>();
  for (const { id, ...rest } of chosen) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield async () => ({
      ...rest,
      sample: await dataset.read(id),
      classes: facts.classes.length,
      overlapping: facts.overlapping,
    });
  }
}
