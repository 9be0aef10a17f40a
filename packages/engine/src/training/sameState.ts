import { createHash } from 'node:crypto';
import type { Runner } from '../runner/runner.ts';
import { byKind, inOrder } from '../runner/stepInputs.ts';
import type { StepProgram } from '../step/program.ts';
import { madeByEach, madeByFirst } from '../team/agreement.ts';
import type { Team } from '../team/team.ts';

/**
 * Processes make the same update with the same numbers, and have the same weights to the last bit: on machines that compute
 * alike. Others round otherwise, and would drift apart; there the state of the first counts for all.
 *
 * @returns whether they had drifted apart
 */
export async function alignState(
  team: Team,
  runner: Pick<Runner, 'state' | 'load'>,
  program: StepProgram,
): Promise<boolean> {
  const state = inOrder(await runner.state());
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of state) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  const hashes = await madeByEach(team, hash.digest('hex'));
  if (hashes.every((one) => one === hashes[0])) return false;
  runner.load(byKind(program, await madeByFirst(team, () => state)));
  return true;
}
