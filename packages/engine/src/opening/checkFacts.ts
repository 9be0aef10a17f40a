import type { Facts } from '@raremask/core';
import { checkpointMismatch } from '../errors.ts';
import type { Checkpoint } from '../record/checkpoint.ts';

/** Throws where a checkpoint was trained for other classes or channels than the data set has. */
export function checkFacts({ path, head }: Pick<Checkpoint, 'path' | 'head'>, found: Facts): void {
  const say = (facts: Facts) =>
    `${facts.channels} channel(s), ${facts.overlapping ? 'overlapping' : 'exclusive'} classes ${facts.classes
      .map(({ name }) => name)
      .join(', ')}`;
  if (say(head.facts) !== say(found)) throw checkpointMismatch(path, say(head.facts), say(found));
}
