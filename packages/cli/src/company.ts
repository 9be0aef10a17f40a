import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFirst, madeByEach, madeByFirst, type Team } from '@raremask/engine';
import { joinProcesses, launchOf } from '@raremask/mpi';
import { version } from './command.ts';
import { type Console, silenced } from './console.ts';
import { reportFailure } from './failure.ts';
import { ownDevice } from './ownDevice.ts';

/** The processes that a launcher has started with this one, to do one thing together. */
export interface Company {
  readonly team: Team;
  /** The MPI that they speak. */
  readonly version: string;
  /** What this process may use of its machine, besides its neighbours. */
  readonly cores: number;
}

/** Milliseconds for which the first process may say what went wrong, before another does. */
const FIRST_WORD = 1500;

/**
 * Does work by itself, or together with the processes that mpirun, mpiexec or srun has started. The first one
 * speaks for all, and its exit status is that of all. Where one fails, all are ended.
 */
export async function inCompany(
  console: Console,
  work: (console: Console, company: Company | undefined) => Promise<number>,
): Promise<number> {
  const launch = launchOf(process.env);
  if (launch === undefined) return await work(console, undefined);
  const team = await joinProcesses(launch, process.env.RAREMASK_MPI);
  const own = isFirst(team) ? console : silenced(console, `rank ${team.rank}`);
  try {
    const { cores, place } = await placeOf(team);
    ownDevice(process.env, place);
    const status = await work(own, { team, version: team.version, cores });
    const agreed = await madeByFirst(team, () => status);
    await team.leave();
    return agreed;
  } catch (error) {
    if (!isFirst(team)) await sleep(FIRST_WORD);
    const status = reportFailure(error, own, version);
    team.abort(status);
    return status;
  }
}

/** Where a process stands on its machine. */
async function placeOf(team: Team): Promise<{ readonly cores: number; readonly place: number }> {
  const own = { host: hostname(), allowed: allowedCores() };
  const all = await madeByEach(team, own);
  const here = all.flatMap(({ host }, rank) => (host === own.host ? [rank] : []));
  const sharing = here.filter((rank) => all[rank]!.allowed === own.allowed);
  const cores = Math.max(Math.floor(availableParallelism() / sharing.length), 1);
  return { cores, place: here.indexOf(team.rank) };
}

/** Cores that this process is bound to, as Linux writes them; elsewhere nothing is known. */
function allowedCores(): string {
  try {
    return /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
