import { action, command, type Declare } from '../command.ts';

export const watch: Declare = (program) =>
  command(program, 'watch', 'show a run on a page of this machine while it goes on')
    .argument('<run>', 'run folder')
    .option('--port <number>', 'port of 127.0.0.1 (default: the first free one from 7272)')
    .action(
      action(async (console, run: string, options: { readonly port?: string }) => {
        const { watchFolder } = await import('../jobs/watchFolder.ts');
        return await watchFolder(run, options, console);
      }),
    );
