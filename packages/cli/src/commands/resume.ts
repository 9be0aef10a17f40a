import { Option } from 'commander';
import {
  action,
  backendOption,
  budgetOption,
  command,
  type Declare,
  filesOption,
  precisionOption,
  setOption,
  untilEpochOption,
  version,
} from '../command.ts';
import type { ManifestOptions } from '../manifestArguments.ts';

interface Options extends ManifestOptions {
  readonly checkpoint?: 'best' | 'last';
  readonly watch?: boolean;
  readonly untilEpoch?: number;
}

export const resume: Declare = (program) =>
  command(program, 'resume', 'go on with a run that was interrupted')
    .argument('<run>', 'run folder')
    .addOption(filesOption())
    .addOption(setOption('train.epochs=80'))
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(budgetOption())
    .addOption(
      new Option(
        '--checkpoint <which>',
        'what to go on from (default: last); of the epochs after best nothing is kept',
      ).choices(['best', 'last']),
    )
    .addOption(untilEpochOption())
    .option('--watch', 'show the run on a page of this machine while it goes on')
    .action(
      action(async (speaker, run: string, options: Options) => {
        const { inCompany } = await import('../company.ts');
        return await inCompany(speaker, async (console, company) => {
          const { keptSplitNote, manifestBefore, manifestOfRun } = await import(
            '../manifestArguments.ts'
          );
          const { trainAndReport } = await import('../jobs/trainAndReport.ts');
          const loaded = await manifestOfRun(run, options);
          const kept = keptSplitNote(loaded, options);
          if (kept !== undefined) console.note('warn', kept);
          const before = await manifestBefore(run, options, (text) => console.note('warn', text));
          const { checkpoint, watch = false, untilEpoch } = options;
          const resume = {
            ...{ resume: run, before, watch, company },
            ...(checkpoint && { checkpoint }),
            ...(untilEpoch !== undefined && { untilEpoch }),
          };
          return await trainAndReport(loaded, { version, ...resume }, console);
        });
      }),
    );
