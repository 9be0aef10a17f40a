import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '@raremask/core/manifest';
import { type RunFolder, readDecisions, writeDecisions } from '@raremask/record';
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
  const found = (await readDecisions(decision))[checkpoint.which];
  const same =
    found?.epoch === checkpoint.head.progress.epoch &&
    isDeepStrictEqual(found.seen, seenOf(settings));
  return same ? found : undefined;
}

/** Keeps what was found, beside what is known of the run's other checkpoint. */
export async function writeDecision(
  { decision }: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  settings: Seen,
  found: SearchedRule,
): Promise<void> {
  const { epoch } = checkpoint.head.progress;
  await writeDecisions(decision, {
    ...(await readDecisions(decision)),
    [checkpoint.which]: { epoch, seen: seenOf(settings), ...found },
  });
}

function seenOf({ window, mirror, threshold, gate, cost }: Seen): Seen {
  return {
    ...{ window, mirror, threshold },
    ...(gate !== undefined && { gate }),
    ...(cost !== undefined && { cost }),
  };
}
