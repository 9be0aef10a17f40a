import type { RecordedEvent } from '@raremask/record';

type Finding = Extract<RecordedEvent, { type: 'finding' }>;

/** When what the sentinel names began; within an epoch, with the step. */
export function findingSince({
  epoch,
  since,
  sinceStep,
}: Pick<Finding, 'epoch' | 'since' | 'sinceStep'>): string {
  if (sinceStep !== undefined) return `Since step ${sinceStep} of epoch ${since}`;
  return since < epoch ? `Since epoch ${since}` : `Epoch ${epoch}`;
}
