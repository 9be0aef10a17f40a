import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'];
const PLACES = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];

function placeOf(program: string): string | undefined {
  return PLACES.map((place) => join(place, program)).find((path) => existsSync(path));
}

/** What this machine lacks for a cluster of its own. */
export function missingForSlurm(): readonly string[] {
  return PROGRAMS.filter((program) => placeOf(program) === undefined);
}

/** A cluster of one node, this machine, that nobody else knows of. */
export interface SlurmCluster {
  /** What commands need to find it. */
  readonly env: { readonly SLURM_CONF: string };
  /** Calls a command of Slurm, and gives what it prints. */
  call(program: string, ...words: readonly string[]): string;
  /** The tasks that are queued or run, as squeue shows them: 12_3 RUNNING. */
  tasks(): readonly string[];
  /** Kills the daemon of the node, and starts it anew. */
  killNode(): Promise<void>;
  startNode(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts munged, slurmctld and slurmd in a folder of their own, with their own key and ports, as the user who runs
 * the tests. Nothing of a cluster that the machine may belong to is read.
 */
export async function startSlurm(): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-cluster-'));
  chmodSync(folder, 0o755);
  const at = (name: string) => join(folder, name);
  for (const name of ['state', 'spool']) mkdirSync(at(name));
  writeFileSync(
    at('munge.key'),
    Buffer.from(Array.from({ length: 32 }, () => Math.random() * 256)),
  );
  chmodSync(at('munge.key'), 0o400);
  const [control, node] = [await freePort(), await freePort()];
  writeFileSync(at('slurm.conf'), configuration(folder, control, node));
  const env = { SLURM_CONF: at('slurm.conf') };
  const children = new Map<string, ChildProcess>();
  const start = (program: string, ...words: readonly string[]) => {
    const log = openSync(at(`${program}.log`), 'a');
    const all = { ...process.env, ...env };
    children.set(
      program,
      spawn(placeOf(program)!, words, { stdio: ['ignore', log, log], env: all }),
    );
    closeSync(log);
  };
  const call = (program: string, ...words: readonly string[]) =>
    execFileSync(placeOf(program)!, words, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const tasks = () =>
    call('squeue', '--noheader', '--array', '--format=%i %T').split('\n').filter(Boolean);
  const isIdle = () => /idle|mixed|allocated/.test(call('sinfo', '--noheader', '--format=%T'));
  const end = async (program: string, signal: NodeJS.Signals) => {
    const child = children.get(program);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  };
  const startNode = async () => {
    start('slurmd', '-D');
    await until('the node is up', isIdle, () => logs(folder));
  };
  const stop = async () => {
    try {
      call('scancel', '--quiet', '--user', userInfo().username);
      await until(
        'the queue is empty',
        () => tasks().length === 0,
        () => logs(folder),
      );
    } catch {
      // What does not answer any more is ended all the same.
    }
    for (const program of ['slurmd', 'slurmctld', 'munged']) await end(program, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    start('munged', '--foreground', '--force', ...mungeWords(folder));
    await until(
      'munged listens',
      () => existsSync(at('munge.sock')),
      () => logs(folder),
    );
    start('slurmctld', '-D');
    await startNode();
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, call, tasks, killNode: () => end('slurmd', 'SIGKILL'), startNode, stop };
}

function mungeWords(folder: string): string[] {
  const at = (name: string) => join(folder, name);
  return [
    ...[`--socket=${at('munge.sock')}`, `--key-file=${at('munge.key')}`],
    ...[`--pid-file=${at('munged.pid')}`, `--seed-file=${at('munge.seed')}`],
    `--log-file=${at('munge.log')}`,
  ];
}

/** Two tasks at once; what was queued again begins after seconds, and a node is given up after seconds. */
function configuration(folder: string, control: number, node: number): string {
  const name = hostname().split('.')[0];
  const { username } = userInfo();
  return `ClusterName=raremask
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=${username}
SlurmdUser=${username}
SlurmctldPort=${control}
SlurmdPort=${node}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.sock,cred_expire=5
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2
KillWait=5
SlurmdTimeout=10
NodeName=${name} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=${name} Default=YES MaxTime=INFINITE State=UP
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function logs(folder: string): string {
  return ['munged', 'slurmctld', 'slurmd']
    .map((name) => join(folder, `${name}.log`))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').slice(-2000))
    .join('\n');
}

/** Waits for something, two minutes at most; asking may fail until then. */
export async function until(
  what: string,
  isSo: () => boolean,
  detail: () => string = () => '',
): Promise<void> {
  let reason: unknown;
  for (let tried = 0; tried < 600; tried++) {
    try {
      if (isSo()) return;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await wait(200);
  }
  throw new Error(`not in two minutes: ${what} ${reason ?? ''}\n${detail()}`);
}
