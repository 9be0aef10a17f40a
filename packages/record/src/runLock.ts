import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { cannotWrite, runLocked } from './errors.ts';

/** Who trains in a run folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one of the same number; empty where the system does not say. */
  readonly born: string;
  readonly since: string;
}

/** A run folder in which no other process trains. */
export interface RunLock {
  release(): void;
}

const NAME = 'run.lock';
/** Seconds between signs of life, and without one after which a holder on another machine is gone. */
const BEAT = 30;
const SILENT = 20 * BEAT;

/**
 * Takes a run folder for this process. The lock of a process that has died is taken over: on this machine
 * that is seen at once; on another one after ten minutes without a sign of life.
 *
 * @throws RaremaskError where another process trains in it, or it cannot be written
 */
export function lockRun(folder: string): RunLock {
  const path = join(folder, NAME);
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    born: bornOf(process.pid),
    since: new Date().toISOString(),
  };
  if (!created(path, own)) takeOver(path, own);
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // A folder that is gone is told by what is written next.
    }
  }, BEAT * 1000);
  beat.unref();
  return {
    release() {
      clearInterval(beat);
      if (sameHolder(readHolder(path), own)) rmSync(path, { force: true });
    },
  };
}

/** Whether a process trains in a run folder, as far as can be told from here. */
export function isTraining(folder: string): boolean {
  return isThere(join(folder, NAME));
}

/** False where there is one already. */
function created(path: string, holder: Holder): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotWrite(path, error);
  }
  try {
    writeSync(file, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    rmSync(path, { force: true });
    throw cannotWrite(path, error);
  } finally {
    closeSync(file);
  }
  return true;
}

/** One process at a time looks whether a holder is gone, so that no two find the same one gone. */
function takeOver(path: string, own: Holder): void {
  const gate = `${path}.gate`;
  if (!created(gate, own)) {
    if (isThere(gate)) throw locked(path);
    rmSync(gate, { force: true });
    if (!created(gate, own)) throw locked(path);
  }
  try {
    if (isThere(path)) throw locked(path);
    rmSync(path, { force: true });
    if (!created(path, own)) throw locked(path);
  } finally {
    rmSync(gate, { force: true });
  }
}

function locked(path: string) {
  const { pid, host, since } = readHolder(path) ?? {};
  return runLocked(
    path,
    pid === undefined ? 'a process' : `process ${pid} on ${host}, since ${since}`,
  );
}

/** Whether the process that a lock names still lives, as far as can be told from here. */
function isThere(path: string): boolean {
  const holder = readHolder(path);
  const age = (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)) / 1000;
  // One that is being written, or was cut off.
  if (holder === undefined) return age < 5;
  if (holder.host !== hostname()) return age < SILENT;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.born === '' || holder.born === bornOf(holder.pid);
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, host, born, since } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return { pid, host, born: born ?? '', since: since ?? 'an unknown time' };
  } catch {
    return undefined;
  }
}

function sameHolder(one: Holder | undefined, other: Holder): boolean {
  return one?.pid === other.pid && one.host === other.host && one.since === other.since;
}

/** When a process began, in ticks of this boot of a Linux machine. */
function bornOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the process, in parentheses, may hold anything.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot} ${ticks}`;
  } catch {
    return '';
  }
}
