import type { Facts, Loss } from '@raremask/core';
import { advice } from './advice.ts';
import { fewSides, smallSide, structureTooLarge } from './errors.ts';
import type { LabResult } from './result.ts';
import { type LabSettings, type SizeTrial, tryAt } from './trial.ts';
import { balance, findings, relativeFalse, relativeMissed } from './verdict.ts';

/** A loss to be tried, made for the facts of the settings. */
export interface Subject {
  /** As it is shown. */
  readonly name: string;
  /** What a manifest writes after `use`. */
  readonly use?: string;
  readonly options?: unknown;
  readonly loss: Loss;
}

/** Side below which the situations do not fit into an image. */
const LEAST_SIDE = 32;

/**
 * Puts a loss into the standard situations of images without foreground and says what it does there.
 *
 * @throws RAREMASK_LAB_SIDES, RAREMASK_LAB_SIDE, RAREMASK_LAB_STRUCTURE for settings of no use
 */
export async function tryLoss(subject: Subject, settings: LabSettings): Promise<LabResult> {
  checkSettings(settings);
  const sides = settings.sides.toSorted((left, right) => left - right);
  const trials: SizeTrial[] = [];
  for (const side of sides) trials.push(await tryAt(subject.loss, settings, side));
  const found = findings(trials);
  const [first] = trials as [SizeTrial];
  return {
    name: subject.name,
    ...(subject.use !== undefined && { use: subject.use }),
    ...(subject.options !== undefined && { options: subject.options }),
    verdict: found[0]!.verdict,
    findings: found,
    advice: advice(found, trials),
    falseGradient: relativeFalse(first),
    missedGradient: relativeMissed(first),
    balance: balance(first),
    trials,
  };
}

/** Refuses settings before anything is made. */
export function checkSettings({ sides, structure }: LabSettings): void {
  const different = new Set(sides).size;
  if (different < 2) throw fewSides(sides);
  for (const side of sides) {
    if (!Number.isInteger(side) || side < LEAST_SIDE) throw smallSide(side, LEAST_SIDE);
  }
  const most = Math.min(...sides) ** 2 / 4;
  if (!Number.isInteger(structure) || structure < 1 || structure > most) {
    throw structureTooLarge(structure, most);
  }
}

/** Images with one foreground class that excludes the background: what losses are tried on by default. */
export const STANDARD_FACTS: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'structure', value: 1 },
  ],
  overlapping: false,
};
