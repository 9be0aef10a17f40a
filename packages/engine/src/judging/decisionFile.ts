import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '@raremask/core/manifest';
import { type DecisionFile, type RunFolder, readDecisions, writeDecisions } from '@raremask/record';
import type { FoundRule } from './decisionRule.ts';
import type { SearchedRule } from './decisionSearch.ts';

/** How images are seen; what was found holds for these settings alone. */
type Seen = Pick<Manifest['evaluate'], 'window' | 'mirror' | 'threshold'> &
  Partial<Pick<Manifest['evaluate'], 'gate' | 'cost'>>;

/** The checkpoint that a decision is of. */
export interface DecidedCheckpoint {
  readonly which: 'best' | 'last';
  readonly head: { readonly progress: { readonly epoch: number } };
}

/**
 * What was found for these weights and settings; undefined where nothing was searched, or for others.
 *
 * @throws RaremaskError where decision.json is damaged
 */
export async function readDecision(
  { decision }: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  settings: Seen,
): Promise<FoundRule | undefined> {
  const all = await readDecisions(decision);
  const key = keyIn(all, checkpoint, settings);
  return key === undefined ? undefined : all[key];
}

/** What an entry of decision.json for these weights and settings is called there. */
export async function decisionKey(
  { decision }: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  settings: Seen,
): Promise<string | undefined> {
  return keyIn(await readDecisions(decision), checkpoint, settings);
}

function keyIn(
  all: DecisionFile['checkpoints'],
  { which, head }: DecidedCheckpoint,
  settings: Seen,
): string | undefined {
  const seen = seenOf(settings);
  const [own] = Object.entries(all).find(
    ([key, found]) =>
      isOf(key, which) &&
      found.epoch === head.progress.epoch &&
      isDeepStrictEqual(found.seen, seen),
  ) ?? [undefined];
  return own;
}

/** `best`, or `best 2` of other settings. */
function isOf(key: string, which: DecidedCheckpoint['which']): boolean {
  return key.split(' ')[0] === which;
}

/**
 * Keeps what was found, beside what is known of the run's other checkpoint, and of these weights with other
 * settings: who scores a run for another cost must not lose what its own manifest asks for.
 */
export async function writeDecision(
  { decision }: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  settings: Seen,
  found: SearchedRule,
): Promise<void> {
  const { epoch } = checkpoint.head.progress;
  const { which } = checkpoint;
  const known = Object.entries(await readDecisions(decision)).filter(
    ([key, one]) => !isOf(key, which) || one.epoch === epoch,
  );
  const all = Object.fromEntries(known);
  let key = keyIn(all, checkpoint, settings) ?? which;
  for (let number = 2; key in all && keyIn(all, checkpoint, settings) !== key; number++) {
    key = `${which} ${number}`;
  }
  await writeDecisions(decision, {
    ...all,
    [key]: { epoch, seen: seenOf(settings), ...found },
  });
}

function seenOf({ window, mirror, threshold, gate, cost }: Seen): Seen {
  return {
    ...{ window, mirror, threshold },
    ...(gate !== undefined && { gate }),
    ...(cost !== undefined && { cost }),
  };
}
