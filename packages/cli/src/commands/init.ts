import { action, command, type Declare, repeated } from '../command.ts';
import type { InitOptions } from '../jobs/initManifest.ts';

export const init: Declare = (program) =>
  command(program, 'init', 'look at a folder of data and write the manifest that it recommends')
    .argument(
      '<data>',
      'folder of the data, for example with images/ and masks/, or a dataset.json, in it',
    )
    .option('--out <file>', 'the manifest', 'raremask.yaml')
    .option('--force', 'replace a manifest that is there')
    .option(
      '--budget <time>',
      'time of a training, for example 10m: measures for some seconds what networks cost on this machine, and chooses what the time is enough for',
    )
    .option(
      '--weights <file>',
      'published weights to start from, as raremask weights wrote them: recommends the encoder that they are for',
    )
    .addOption(repeated('--use <plugin>', 'data set plugin to ask (default: all)'))
    .action(
      action(async (console, data: string, options: InitOptions) => {
        const { initManifest } = await import('../jobs/initManifest.ts');
        return await initManifest(data, options, console);
      }),
    );
