import { Option } from 'commander';
import { action, command, type Declare } from '../command.ts';
import type { ComparisonOptions } from '../jobs/compare.ts';

export const compare: Declare = (program) =>
  command(
    program,
    'compare',
    'runs side by side: both errors with intervals, differences by image, curves, settings',
  )
    .argument('<runs...>', 'run folders; the others are held against the first')
    .addOption(
      new Option('--split <split>', 'whose images are paired')
        .choices(['train', 'validation', 'test'])
        .default('validation'),
    )
    .option('--html <file>', 'write a page as well, with curves and lists of images')
    .action(
      action(async (console, runs: string[], options: ComparisonOptions) => {
        const { compareRunFolders } = await import('../jobs/compare.ts');
        return await compareRunFolders(runs, options, console);
      }),
    );
