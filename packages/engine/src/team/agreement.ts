import { deserialize, serialize } from 'node:v8';
import { processesDiffer } from './errors.ts';
import { isAlone, isFirst, type Team } from './team.ts';

/** What the first process has made, for all; the others make nothing. Numbers stay as they are, NaN too. */
export async function madeByFirst<T>(team: Team, make: () => T | Promise<T>): Promise<T> {
  if (isAlone(team)) return await make();
  const said = isFirst(team) ? serialize(await make()) : undefined;
  return deserialize(await team.fromFirst(said)) as T;
}

/** What each process has made, in the order of ranks, for all. */
export async function madeByEach<T>(team: Team, own: T): Promise<readonly T[]> {
  if (isAlone(team)) return [own];
  return (await team.gather(serialize(own))).map((bytes) => deserialize(bytes) as T);
}

/**
 * Done by the first process, then by the others: what the first leaves in files, as the count of a data set, is
 * found by them.
 */
export async function firstThenOthers<T>(team: Team, work: () => Promise<T>): Promise<T> {
  if (isAlone(team)) return await work();
  const done = isFirst(team) ? await work() : undefined;
  await madeByFirst(team, () => true);
  return isFirst(team) ? (done as T) : await work();
}

/**
 * Refuses processes that would not train the same network.
 *
 * @param facts what is to be the same for all, by what a user calls it
 * @throws RaremaskError that names what differs, and where
 */
export async function requireSame(
  team: Team,
  facts: () => Readonly<Record<string, string>>,
): Promise<void> {
  if (isAlone(team)) return;
  const all = await madeByEach(team, facts());
  for (const [rank, own] of all.entries()) {
    for (const [what, value] of Object.entries(all[0]!)) {
      if (own[what] !== value) throw processesDiffer(what, rank, value, own[what] ?? 'nothing');
    }
  }
}
