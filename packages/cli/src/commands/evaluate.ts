import { Option } from 'commander';
import {
  action,
  backendOption,
  checkpointOption,
  command,
  type Declare,
  setOption,
} from '../command.ts';

interface Options {
  readonly split?: 'train' | 'validation' | 'test';
  readonly checkpoint?: 'best' | 'last';
  readonly set?: readonly string[];
  readonly backend?: string;
}

export const evaluate: Declare = (program) =>
  command(program, 'evaluate', "score a split with a run's weights, on whole images")
    .argument('<run>', 'run folder')
    .addOption(
      new Option('--split <split>').choices(['train', 'validation', 'test']).default('validation'),
    )
    .addOption(checkpointOption())
    .addOption(setOption('evaluate.threshold=0.3'))
    .addOption(backendOption())
    .action(
      action(async (console, run: string, options: Options) => {
        const { evaluateRun } = await import('../jobs/evaluateRun.ts');
        return await evaluateRun(run, options, console);
      }),
    );
