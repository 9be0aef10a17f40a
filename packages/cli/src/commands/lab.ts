import { action, command, type Declare, filesOption, repeated, setOption } from '../command.ts';
import type { LabOptions } from '../jobs/tryLosses.ts';

export const lab: Declare = (program) =>
  command(
    program,
    'lab',
    'try losses on images without foreground: value, gradient, and what they mean',
  )
    .argument('[manifest]', 'YAML file whose losses are tried (default: all installed losses)')
    .addOption(filesOption())
    .addOption(setOption('loss[0].weight=2'))
    .addOption(
      repeated(
        '--loss <loss>',
        'a plugin, or "{ use: plugin, with: { option: value } }"',
      ).conflicts('file'),
    )
    .addOption(
      repeated('--size <pixels>', 'side of the images; name at least two (default: 64 and 128)'),
    )
    .option('--structure <pixels>', 'size of the structure that is missed')
    .option('--html <file>', 'write a page with plots as well')
    .action(
      action(async (console, manifest: string | undefined, options: LabOptions) => {
        const { tryLosses } = await import('../jobs/tryLosses.ts');
        return await tryLosses(manifest, options, console);
      }),
    );
