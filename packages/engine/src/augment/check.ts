import type { Facts } from '@raremask/core';
import { augmentNeedsPlane, nothingToPaste } from './errors.ts';
import type { AugmentRule } from './rule.ts';

/** Refuses what would have no effect on this data set. */
export function checkAugment(rule: AugmentRule, facts: Facts, donors: readonly string[]): void {
  if (facts.space === 3) {
    for (const name of ['turn', 'scale', 'elastic', 'paste'] as const) {
      if (rule[name] !== undefined) throw augmentNeedsPlane(name);
    }
  }
  if (rule.paste !== undefined && donors.length === 0) throw nothingToPaste();
}
