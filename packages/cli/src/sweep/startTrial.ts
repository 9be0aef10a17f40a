import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isTraining } from '@raremask/record';
import { EXECUTABLE } from '../executable.ts';
import { EXIT } from '../failure.ts';
import type { PlannedTrial, SweepFolder } from './sweepFolder.ts';
import { trialState } from './trial.ts';

const ASKED_EVERY = 1000;

export interface StartOptions {
  readonly folder: SweepFolder;
  /** Of the manifest. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Epochs after which it stops; left out, it is trained to its end. */
  readonly until?: number | undefined;
}

/** The command line with which a trial begins or goes on, or the exit status where none is to be run. */
type Next = { readonly parameters: readonly string[] } | { readonly status: number };

/**
 * What is to be done for a trial now. Where another process still trains it, as after a sweep that was killed,
 * waits for that.
 */
export async function nextOfTrial(
  { id, command }: PlannedTrial,
  { folder, cwd, signal, say, until }: StartOptions,
): Promise<Next> {
  const run = folder.trial(id);
  if (!(await isFree(run, id, signal, say))) return { status: EXIT.resumable };
  const state = trialState(run);
  if (state === 'finished') return { status: EXIT.ok };
  if (state === 'missing') rmSync(run, { recursive: true, force: true });
  rmSync(folder.failed(id), { force: true });
  say(`${id}: ${state === 'interrupted' ? 'goes on' : 'begins'}`);
  const whole = state === 'interrupted' ? ['resume', relative(cwd, run)] : command;
  return { parameters: until === undefined ? whole : [...whole, '--until-epoch', `${until}`] };
}

/**
 * Trains a trial in a process of its own, or goes on with it; what that writes goes to the trial's log.
 *
 * @returns the exit status; null where a signal ended the process
 */
export async function startTrial(
  trial: PlannedTrial,
  options: StartOptions,
): Promise<number | null> {
  const next = await nextOfTrial(trial, options);
  if ('status' in next) return next.status;
  const { folder, cwd, signal } = options;
  const log = openSync(folder.log(trial.id), 'a');
  try {
    // In a group of its own: Ctrl-C in a terminal would reach it twice, and the second ends at once.
    const child = spawn(process.execPath, [EXECUTABLE, ...next.parameters], {
      cwd,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const stop = () => void child.kill('SIGINT');
    signal.addEventListener('abort', stop);
    process.on('exit', stop);
    try {
      return await new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
    } finally {
      signal.removeEventListener('abort', stop);
      process.off('exit', stop);
    }
  } finally {
    closeSync(log);
  }
}

/** Whether no other process trains in a folder, after waiting; false where the signal came first. */
async function isFree(
  run: string,
  id: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  if (isTraining(run)) say(`${id}: another process trains it still, and is waited for`);
  while (isTraining(run) && !signal.aborted) {
    await wait(ASKED_EVERY, undefined, { signal }).catch(() => undefined);
  }
  return !signal.aborted;
}
