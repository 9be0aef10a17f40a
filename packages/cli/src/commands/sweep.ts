import { action, command, type Declare, followOption, onOption, sbatchOption } from '../command.ts';
import type { SweepOptions } from '../jobs/sweepTrials.ts';

export const sweep: Declare = (program) =>
  command(
    program,
    'sweep',
    'train a manifest over folds, seeds and settings, and compare; again: go on with what is missing',
  )
    .argument('[file]', 'sweep file; with --folds or --seeds a manifest (default: raremask.yaml)')
    .option('--folds <k>', 'cross-validate a manifest: each image validates in one of k folds')
    .option('--seeds <list>', 'train a manifest with each of these seeds, for example 0,1,2')
    .option('--jobs <n>', 'trials at once (default: 1 here; on Slurm as many as it lets)')
    .addOption(onOption('trials run'))
    .addOption(sbatchOption())
    .option('--wait', 'on Slurm: wait until all trials have ended')
    .addOption(followOption())
    .option('--results', 'train nothing: write and show the results so far')
    .option(
      '--budget <time>',
      'time of this call, for example 2h: what runs then is stopped and saved; none: no end',
    )
    .action(
      action(async (console, file: string | undefined, options: SweepOptions) => {
        const { sweepTrials } = await import('../jobs/sweepTrials.ts');
        return await sweepTrials(file, options, console);
      }),
    );
