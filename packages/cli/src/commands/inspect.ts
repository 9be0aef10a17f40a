import { action, command, type Declare, filesOption, partOption, setOption } from '../command.ts';
import type { InspectionOptions } from '../jobs/inspectData.ts';

export const inspect: Declare = (program) =>
  command(
    program,
    'inspect',
    'count a data set and what the sampler makes of it, and recommend how to train on it',
  )
    .argument('[manifest]', 'YAML file (default: raremask.yaml), or a folder of data')
    .addOption(filesOption())
    .addOption(setOption('train.batch=16'))
    .option('--html <file>', 'write a page with charts and example images as well')
    .option(
      '--cost',
      "measure for some seconds what a step of the manifest's network, and a look at an image, cost at each resolution",
    )
    .addOption(
      partOption(
        'only count the k-th of n shares of a large set; processes may do so at once, and inspect or train then take what they counted',
      ).conflicts(['html', 'cost']),
    )
    .action(
      action(async (console, manifest: string | undefined, options: InspectionOptions) => {
        const { inspectData } = await import('../jobs/inspectData.ts');
        return await inspectData(manifest, options, console);
      }),
    );
