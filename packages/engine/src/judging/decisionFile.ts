import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '@raremask/core/manifest';
import {
  type FoundDecision,
  type RunFolder,
  readDecisions,
  writeDecisions,
} from '@raremask/record';
import { type FoundRule, isSearched } from './decide.ts';

/** How images are seen; what was found holds for these settings alone. */
type Seen = Pick<Manifest['evaluate'], 'window' | 'mirror' | 'threshold'>;

/** The checkpoint that a decision is of. */
export interface DecidedCheckpoint {
  readonly path: string;
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
  const found = (await readDecisions(decision))[nameOf(checkpoint)];
  const same =
    found?.epoch === checkpoint.head.progress.epoch &&
    isDeepStrictEqual(found.seen, seenOf(settings));
  return same ? found.classes : undefined;
}

/** Keeps what was found, beside what is known of the run's other checkpoint. */
export async function writeDecision(
  { decision }: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  settings: Seen,
  classes: FoundDecision['classes'],
): Promise<void> {
  const { epoch } = checkpoint.head.progress;
  await writeDecisions(decision, {
    ...(await readDecisions(decision)),
    [nameOf(checkpoint)]: { epoch, seen: seenOf(settings), classes },
  });
}

/** What was found, where the manifest asks for it; says so where nothing was. */
export async function foundFor(
  settings: Manifest['evaluate'],
  folder: Pick<RunFolder, 'decision'>,
  checkpoint: DecidedCheckpoint,
  warn: (text: string) => void,
): Promise<FoundRule | undefined> {
  if (!isSearched(settings)) return undefined;
  const found = await readDecision(folder, checkpoint, settings);
  if (found === undefined) {
    warn(
      'nothing was searched on the validation split for this checkpoint and these settings, so every predicted structure is kept; raremask evaluate searches',
    );
  }
  return found;
}

function seenOf({ window, mirror, threshold }: Seen): Seen {
  return { window, mirror, threshold };
}

function nameOf({ path }: DecidedCheckpoint): 'best' | 'last' {
  return path.endsWith('best.safetensors') ? 'best' : 'last';
}
