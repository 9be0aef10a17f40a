import { action, checkpointOption, command, type Declare, version } from '../command.ts';
import type { ExportingOptions } from '../jobs/exportRun.ts';

export const exportNetwork: Declare = (program) =>
  command(program, 'export', "write a run's network as an ONNX file")
    .argument('<run>', 'run folder')
    .requiredOption('--out <file>', 'the .onnx file')
    .addOption(checkpointOption())
    .option(
      '--size <extents>',
      'one size of image, like 256x256; default: any that the network takes',
    )
    .action(
      action(async (console, run: string, options: ExportingOptions) => {
        const { exportRun } = await import('../jobs/exportRun.ts');
        return await exportRun(run, { ...options, version }, console);
      }),
    );
