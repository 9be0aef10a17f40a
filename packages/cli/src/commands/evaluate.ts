import { Option } from 'commander';
import {
  action,
  backendOption,
  checkpointOption,
  command,
  type Declare,
  precisionOption,
  setOption,
} from '../command.ts';
import type { EvaluationOptions } from '../jobs/evaluateRun.ts';

export const evaluate: Declare = (program) =>
  command(program, 'evaluate', "score a split with a run's weights, on whole images")
    .argument('<run>', 'run folder')
    .addOption(
      new Option('--split <split>').choices(['train', 'validation', 'test']).default('validation'),
    )
    .addOption(checkpointOption())
    .addOption(setOption('evaluate.threshold=0.3'))
    .addOption(backendOption())
    .addOption(precisionOption())
    .action(
      action(async (console, run: string, options: EvaluationOptions) => {
        const { evaluateRun } = await import('../jobs/evaluateRun.ts');
        return await evaluateRun(run, options, console);
      }),
    );
