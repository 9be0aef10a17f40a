import { KINDS } from '@raremask/core';
import { action, command, type Declare } from '../command.ts';

export const newPlugin: Declare = (program) =>
  command(program, 'new', 'write the package of a new plugin: source, test, README, build and CI')
    .argument('<kind>', Object.keys(KINDS).join(', '))
    .argument('<name>', 'of the npm package, for example raremask-loss-edge')
    .option('--out <folder>', 'where it is written (default: the name without its scope)')
    .action(
      action(async (console, kind: string, name: string, options: { readonly out?: string }) => {
        const { writePlugin } = await import('../jobs/writePlugin.ts');
        return await writePlugin(kind, name, options.out, console);
      }),
    );
