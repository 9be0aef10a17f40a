import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '@raremask/core/manifest';
import { brokenDecision } from '../errors.ts';
import { type RunFolder, writeJson } from '../record/runFolder.ts';
import type { FoundRule } from './decide.ts';
import type { FoundClass } from './decisionSearch.ts';

/** decision.json: what was found for each checkpoint, with the epoch that it is of. */
interface DecisionFile {
  readonly format: 1;
  readonly checkpoints: Readonly<Record<string, FoundDecision>>;
}

export interface FoundDecision {
  readonly epoch: number;
  /** How images were seen; what was found holds for these settings alone. */
  readonly seen: Seen;
  readonly classes: Readonly<Record<string, FoundClass>>;
}

type Seen = Pick<Manifest['evaluate'], 'window' | 'mirror' | 'threshold'>;

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
  const found = (await readAll(decision)).checkpoints[checkpoint.which];
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
  const { checkpoints } = await readAll(decision);
  const { epoch } = checkpoint.head.progress;
  const file: DecisionFile = {
    format: 1,
    checkpoints: {
      ...checkpoints,
      [checkpoint.which]: { epoch, seen: seenOf(settings), classes },
    },
  };
  await writeJson(decision, file);
}

function seenOf({ window, mirror, threshold }: Seen): Seen {
  return { window, mirror, threshold };
}

async function readAll(path: string): Promise<DecisionFile> {
  if (!existsSync(path)) return { format: 1, checkpoints: {} };
  try {
    const file = JSON.parse(await readFile(path, 'utf8')) as DecisionFile;
    if (file.format === 1 && typeof file.checkpoints === 'object') return file;
  } catch {
    // Damaged, as below.
  }
  throw brokenDecision(path);
}
