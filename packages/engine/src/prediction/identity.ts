import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, sealed, writeIfAbsent, writeJson } from '@raremask/record';
import { predictionsDiffer } from '../errors.ts';
import { freeMemory } from '../judging/tileRule.ts';
import { BLOCKS, TABLE, UNREADABLE } from './names.ts';

/** What the predictions of one network depend on. */
export interface NetworkIdentity {
  readonly checkpoint: { readonly which: string; readonly epoch: number; readonly sha256: string };
  /** How probabilities become labels. */
  readonly decision: object;
  readonly window: string | readonly number[];
  readonly mirror: boolean;
  /** SHA-256 of the settings of data set and model, which `--set` may have changed. */
  readonly settings: string;
}

/** What predictions depend on: those of one folder have the same. */
export interface Identity extends Partial<NetworkIdentity> {
  /** Where several networks predict together: each of them, in their order. */
  readonly networks?: readonly NetworkIdentity[];
  readonly probabilities: boolean;
  readonly images: { readonly count: number; readonly sha256: string };
}

/** predictions.json. */
interface PredictionsFile extends Identity {
  readonly format: 1;
  /** Bytes: windows of large images follow from it, and have to be those of the beginning. */
  readonly freeMemory: number;
}

/** What is being predicted into a folder. */
export interface Begun {
  /** Short, of the identity: what was recorded under another one does not count. */
  readonly digest: string;
  readonly freeMemory: number;
}

/**
 * Begins predictions in a folder, or goes on with those that were begun there.
 *
 * What is complete under other settings is begun anew, by one process for all images; a part cannot know
 * whether another part has done so already.
 *
 * @throws RaremaskError where the folder has other predictions, and they are not complete
 */
export async function begin(out: string, identity: Identity, isPart: boolean): Promise<Begun> {
  const path = join(out, 'predictions.json');
  const own: PredictionsFile = { format: 1, ...identity, freeMemory: freeMemory() };
  const content = sealed(own);
  const digest = sha256(JSON.stringify(identity)).slice(0, 16);
  if (!existsSync(path) && (await writeIfAbsent(path, content))) {
    // Tables of an earlier version, or of predictions whose predictions.json was removed.
    await removeTables(out);
  }
  // Another part may have written it a moment before.
  const found = await readJson<PredictionsFile>(path, `remove ${path} to begin anew`);
  const changed = differences(found ?? {}, identity);
  if (changed.length === 0) return { digest, freeMemory: found?.freeMemory ?? own.freeMemory };
  if (isPart || !existsSync(join(out, TABLE))) throw predictionsDiffer(path, changed);
  await rm(join(out, BLOCKS), { recursive: true, force: true });
  await writeJson(path, own);
  await removeTables(out);
  return { digest, freeMemory: own.freeMemory };
}

/** Takes back what says that all is done. */
export async function removeTables(out: string): Promise<void> {
  for (const name of [TABLE, UNREADABLE]) await rm(join(out, name), { force: true });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** SHA-256 of names in their order, without a text of them all. */
export function sha256OfNames(names: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0`);
  return hash.digest('hex');
}

const NAMES = ['networks', 'checkpoint'] as const satisfies readonly (keyof Identity)[];

function differences(
  before: Partial<Identity>,
  now: Identity,
): { readonly name: string; readonly before: string; readonly now: string }[] {
  const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing';
  // Those of before as well: one network may have come for several, or several for one.
  const names = new Set([...Object.keys(now), ...NAMES.filter((name) => name in before)]);
  return ([...names] as (keyof Identity)[])
    .map((name) => ({ name, before: shown(before[name]), now: shown(now[name]) }))
    .filter((entry) => entry.before !== entry.now);
}
