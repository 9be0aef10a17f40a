import type { OnEvent } from '@raremask/core';
import { splitOf, type Work } from '../opening/openWork.ts';
import { classFindings } from '../survey/classFindings.ts';

/**
 * Says which classes a split does not show, and which are of few groups; throws where the training split looks as if mask values were
 * swapped or wrong, unless the manifest accepts that.
 */
export async function checkClasses(work: Work, onEvent: OnEvent): Promise<void> {
  splitOf(work, 'train');
  const { scarce, unlikely } = classFindings(
    await work.survey(),
    work.splits,
    work.facts,
    work.dataset.group,
  );
  const warn = (text: string) => onEvent({ type: 'note', level: 'warn', text });
  if (unlikely !== undefined) {
    if (work.loaded.manifest.data.unlikely === 'error') throw unlikely;
    warn(`${unlikely.parts.what}, and data.unlikely accepts it`);
  }
  for (const sentence of scarce) warn(sentence);
}
