import { join, relative } from 'node:path';
import { lockRun, makeFolder, writeAtomically, writeJson } from '@raremask/record';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { withProgress } from '../progress.ts';
import { writeBest } from '../sweep/bestManifest.ts';
import { Budget } from '../sweep/budget.ts';
import { climb } from '../sweep/climb.ts';
import { planSweep, type Sweep, type SweepRequest } from '../sweep/plan.ts';
import { jobsOf, type SweepArguments, sweepRequest } from '../sweep/request.ts';
import { writePage } from '../sweep/resultPage.ts';
import { sweepResults } from '../sweep/results.ts';
import { resultCsv, resultText } from '../sweep/resultText.ts';
import type { TrialEnd } from '../sweep/runTrials.ts';
import { startTrial } from '../sweep/startTrial.ts';
import { trialState } from '../sweep/trial.ts';

export interface SweepOptions extends SweepArguments {
  readonly jobs: string;
}

/** Trains every trial of a sweep that is not finished, and compares them. */
export async function sweepTrials(
  file: string | undefined,
  options: SweepOptions,
  console: Console,
): Promise<number> {
  const jobs = jobsOf(options.jobs);
  const request = await sweepRequest(file, options);
  const path = join(request.loaded.folder, 'sweeps', request.name);
  makeFolder(path);
  const lock = lockRun(path);
  const { signal, release } = onInterruption((text) => console.note('info', text));
  try {
    return await swept(request, jobs, signal, console);
  } finally {
    release();
    lock.release();
  }
}

async function swept(
  request: SweepRequest,
  jobs: number,
  signal: AbortSignal,
  console: Console,
): Promise<number> {
  const { loaded, name } = request;
  const { folder, record, dropped } = await withProgress(console, (onEvent) =>
    planSweep(request, onEvent),
  );
  if (dropped.length > 0) {
    const some = dropped.slice(0, 3).join(', ');
    const text = `${dropped.length} trials of an earlier plan (${some}${dropped.length > 3 ? ', ...' : ''}) are not asked for any more: they stay in the folder and do not count`;
    console.note('warn', text);
  }
  const shown = (at: string) => relative(process.cwd(), at) || '.';
  const todo = record.trials.filter(({ id }) => trialState(folder.trial(id)) !== 'finished');
  const done = record.trials.length - todo.length;
  console.note('info', `${record.trials.length} trials, ${done} finished; ${shown(folder.path)}`);
  const say = (text: string) => console.note('info', text);
  const { ends, results } = await trained(request, { folder, record, jobs, signal, say, console });
  await writeAtomically(folder.table, resultCsv(results));
  await writeJson(join(folder.path, 'results.json'), results);
  const warn = (text: string) => console.note('warn', text);
  const best = await writeBest(name, loaded, results.variants, warn);
  const page = join(folder.path, 'results.html');
  await writePage(page, { folder, results, best, base: loaded.folder });
  if (console.json) console.result({ ...results, folder: folder.path, page, best: best ?? null });
  console.text(resultText(results, { color: console.color, width: console.width }));
  console.text(`table   ${shown(folder.table)}`);
  console.text(`page    ${shown(page)}`);
  if (best !== undefined) console.text(`best    ${shown(best)}`);
  if (results.endedByBudget !== null) {
    say(`The budget of ${results.endedByBudget} is used up. Go on with the same command.`);
    return EXIT.resumable;
  }
  return statusOf([...ends.values()], signal, say);
}

interface Training extends Pick<Sweep, 'folder' | 'record'> {
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly console: Console;
}

/** Trains what is not trained, as far as there is time, and gives what all have scored. */
async function trained(
  { loaded, budget: text }: SweepRequest,
  { folder, record, jobs, signal, say, console }: Training,
) {
  const budget = new Budget(folder, { text, epochs: record.epochs ?? 0, outer: signal });
  let rung: number | undefined;
  const climbed = await climb(folder, record, {
    ...{ jobs, signal: budget.signal },
    start: async (trial, until) => {
      if (!(await budget.hasRoom(trial, until))) return EXIT.resumable;
      const options = { folder, cwd: loaded.folder, signal: budget.signal, say, until };
      return await budget.timed(trial, () => startTrial(trial, options));
    },
    onRung: (count, until) => {
      rung = until;
      if (until === undefined) return;
      say(`${count} trials go on to epoch ${until}, where halving decides`);
    },
    onEnd: ({ id }, end, status) => {
      if (budget.isLeft(id)) return say(`${id}: left, since it is not expected to end in time`);
      const waits = end === 'finished' && trialState(folder.trial(id)) !== 'finished';
      if (end !== 'failed') return say(`${id}: ${waits ? `has come to epoch ${rung}` : end}`);
      const why = status === null ? 'ended by a signal' : `exit status ${status}`;
      const log = relative(process.cwd(), folder.log(id));
      console.note('warn', `${id}: failed (${why}); ${log} says why`);
    },
  }).finally(() => budget.close());
  const { ends, lost } = climbed;
  const failed = [...ends].flatMap(([id, end]) => (end === 'failed' ? id : []));
  const results = await sweepResults(folder, record, { all: new Set(failed), lost });
  const isLeft = results.trials.some(({ state }) => state === 'interrupted' || state === 'missing');
  const endedByBudget = budget.isUsedUp && isLeft ? text! : null;
  return { ends, results: { ...results, endedByBudget } };
}

function statusOf(
  ends: readonly TrialEnd[],
  signal: AbortSignal,
  say: (text: string) => void,
): number {
  if (signal.aborted || ends.includes('interrupted')) {
    say('Stopped and saved. Go on with the same command.');
    return EXIT.resumable;
  }
  return ends.includes('failed') ? EXIT.failed : EXIT.ok;
}
