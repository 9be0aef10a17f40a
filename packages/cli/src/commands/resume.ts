import {
  action,
  backendOption,
  budgetOption,
  command,
  type Declare,
  setOption,
  version,
} from '../command.ts';
import type { ManifestOptions } from '../manifestArguments.ts';

type Options = Pick<ManifestOptions, 'set' | 'backend' | 'budget'>;

export const resume: Declare = (program) =>
  command(program, 'resume', 'go on with a run that was interrupted')
    .argument('<run>', 'run folder')
    .addOption(setOption('train.epochs=80'))
    .addOption(backendOption())
    .addOption(budgetOption())
    .action(
      action(async (console, run: string, options: Options) => {
        const { keptSplitNote, manifestOfRun } = await import('../manifestArguments.ts');
        const { trainAndReport } = await import('../jobs/trainAndReport.ts');
        const loaded = await manifestOfRun(run, options);
        const kept = keptSplitNote(loaded, options);
        if (kept !== undefined) console.note('warn', kept);
        return await trainAndReport(loaded, { version, resume: run }, console);
      }),
    );
