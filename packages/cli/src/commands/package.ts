import { action, checkpointOption, command, type Declare, setOption, version } from '../command.ts';
import type { PackageOptions } from '../jobs/packageRun.ts';

export const packageModel: Declare = (program) =>
  command(
    program,
    'package',
    'put a run into one folder to hand on: weights, ONNX, decision, scores, model card, a page that predicts',
  )
    .argument('<run>', 'run folder')
    .requiredOption('--out <folder>', 'a new folder; predict takes it like a run')
    .addOption(checkpointOption())
    .addOption(setOption('evaluate.threshold=0.3'))
    .option('--size <extents>', 'one size of image for the ONNX file, like 256x256')
    .option('--license <name>', 'licence of the weights: a name of SPDX, or a file')
    .option('--about <file>', 'Markdown for the model card: what the model is meant for')
    .option('--no-page', 'write no page that predicts in a browser')
    .action(
      action(async (console, run: string, options: PackageOptions) => {
        const { packageRun } = await import('../jobs/packageRun.ts');
        return await packageRun(run, { ...options, version }, console);
      }),
    );
