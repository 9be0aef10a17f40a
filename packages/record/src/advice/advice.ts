import * as change from './changes.ts';
import { extremesOf } from './extremes.ts';
import type { ManifestView } from './manifestView.ts';
import type { Problem } from './problem.ts';
import type { Seen } from './seen.ts';

const MORE_FOREGROUND = [change.moreForeground, change.everyBatch, change.centred];
const HEAR_EMPTY = [change.keepEmpty, change.hearEmpty, change.poolDice, change.addPixelLoss];
const LOOK =
  'Look at images and masks side by side: `raremask inspect` shows examples, and what is unlikely about them.';

/** What helps against each problem, the most promising first. */
const AGAINST: Readonly<Record<Problem, readonly change.Change[]>> = {
  background: [
    change.rateIfHigh,
    change.rateIfLow,
    change.lessSmoothing,
    change.lastBias,
    ...MORE_FOREGROUND,
    change.addOverlapLoss,
    change.addPixelLoss,
    change.poolDice,
    change.moreEpochs,
  ],
  alarms: [
    change.rateIfHigh,
    change.rateIfLow,
    ...HEAR_EMPTY,
    change.softerClassWeights,
    change.lessForeground,
    change.lastBias,
    change.hardNegatives,
    change.minimumSize,
  ],
  lost: [change.lowerRate, change.clip, change.warmup],
  weak: [
    change.rateIfHigh,
    change.rateIfLow,
    change.lessSmoothing,
    change.lastBias,
    ...MORE_FOREGROUND,
    change.addOverlapLoss,
    change.addPixelLoss,
    change.moreEpochs,
  ],
  untested: [change.scoredForeground],
  'empty-silent': [...HEAR_EMPTY, change.softerClassWeights, change.lessForeground],
  'term-outweighs': [change.evenWeights, change.lessSmoothing, change.poolDice],
  'loss-constant': [
    change.unclip,
    change.rateIfLow,
    change.rateIfHigh,
    change.lastBias,
    change.lessSmoothing,
    change.addPixelLoss,
    ...MORE_FOREGROUND,
  ],
  'rate-too-high': [change.lowerRate, change.clip, change.warmup],
  saturated: [change.lastBias, change.lowerRate, change.clip, change.warmup],
  'bare-batches': MORE_FOREGROUND,
  labels: [() => LOOK],
  statistics: [change.otherNorm, change.largerBatch],
};

/** How many changes are advised at once. */
const MOST = 3;

/** What a network that has hardly begun looks like, whatever its settings. */
const BEGINNING: readonly Problem[] = ['background', 'alarms', 'weak'];

/**
 * What to change in this manifest against a problem: nothing that it has already. Never empty.
 *
 * @param manifest undefined where the run has none that can be read
 */
export function adviceFor(
  problem: Problem,
  manifest: ManifestView | undefined,
  seen: Seen = {},
): readonly string[] {
  if (manifest === undefined) return [LOOK];
  const extremes = extremesOf(problem, manifest, seen);
  const longer = BEGINNING.includes(problem) ? change.hardlyBegun(manifest, seen) : undefined;
  if (longer !== undefined) return [longer, ...extremes].slice(0, MOST);
  const changes = [...extremes, ...AGAINST[problem].flatMap((one) => one(manifest, seen) ?? [])];
  if (changes.length > 0) return onceEach(changes).slice(0, MOST);
  return [`The manifest has what is known to help already. ${LOOK}`];
}

/** The first advice about each setting, which is the first thing in backticks. */
function onceEach(changes: readonly string[]): string[] {
  const settings = changes.map((one) => /`([^`:{]+)/.exec(one)?.[1]);
  return changes.filter((_, at) => settings.indexOf(settings[at]) === at);
}
