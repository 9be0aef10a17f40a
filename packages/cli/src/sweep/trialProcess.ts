// A task of Slurm that trains one trial of a sweep, or goes on with it: the sweep's folder, the trial's name, and, where
// halving decides, the epoch at which it waits.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runFolder } from '@raremask/record';
import { version } from '../command.ts';
import { createConsole } from '../console.ts';
import { EXIT, reportFailure } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { runTask } from '../slurm/runTask.ts';
import { hasReached } from './halving.ts';
import { nextOfTrial } from './startTrial.ts';
import { readSweep, sweepFolder } from './sweepFolder.ts';

const [path, id, rung] = process.argv.slice(2) as [string, string, string?];
const until = rung === undefined ? undefined : Number(rung);
const console = createConsole({ json: false });
const say = (text: string) => console.note('info', text);
try {
  const folder = sweepFolder(resolve(path));
  const trial = (await readSweep(folder))?.trials.find((one) => one.id === id);
  const { signal, release } = onInterruption(say);
  const next =
    trial === undefined
      ? { status: EXIT.ok }
      : await nextOfTrial(trial, { folder, cwd: process.cwd(), signal, say, until });
  if (trial === undefined) say(`${id}: the sweep does not ask for it any more`);
  release();
  if ('status' in next) process.exitCode = next.status;
  else {
    process.on('exit', (status) => {
      if (status === EXIT.failed) writeFileSync(folder.failed(id), '');
    });
    const run = folder.trial(id);
    await runTask(next.parameters, runFolder(run).last, async () =>
      until === undefined ? false : await hasReached(run, until),
    );
  }
} catch (error) {
  process.exitCode = reportFailure(error, console, version);
}
