import { createHash } from 'node:crypto';
import type { Work } from '../opening/openWork.ts';
import type { Runner, StateArrays } from '../runner/runner.ts';
import { inOrder } from '../runner/stepInputs.ts';
import { madeByEach, madeByFirst } from '../team/agreement.ts';
import type { Team } from '../team/team.ts';
import type { Parts } from './parts.ts';

/** What processes that train together must have alike before the first step, by what a user calls it. */
export function sameForAll(
  { loaded, splits, facts }: Work,
  { normalization }: Parts,
  state: StateArrays,
  version: string,
): Readonly<Record<string, string>> {
  return {
    'version of raremask': version,
    'the manifest': hashOf([JSON.stringify(loaded.toJson())]),
    'the data set': hashOf([JSON.stringify([facts, splits])]),
    normalization: hashOf([JSON.stringify(normalization)]),
    'the weights that training begins with': hashOf(bytesOf(state)),
  };
}

/**
 * Processes make the same update with the same numbers, and have the same weights to the last bit: on machines that compute
 * alike. Others round otherwise, and would drift apart; there the state of the first counts for all.
 *
 * @returns whether they had drifted apart
 */
export async function alignState(
  team: Team,
  runner: Pick<Runner, 'state' | 'load'>,
): Promise<boolean> {
  const state = await runner.state();
  const hashes = await madeByEach(team, hashOf(bytesOf(state)));
  if (hashes.every((one) => one === hashes[0])) return false;
  runner.load(await madeByFirst(team, () => state));
  return true;
}

function bytesOf(state: StateArrays): Uint8Array[] {
  return inOrder(state).map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
