import { action, command, type Declare } from '../command.ts';

export const runs: Declare = (program) =>
  command(program, 'runs', 'list runs with their state and both errors')
    .argument('[folder]', 'folder of run folders', 'runs')
    .action(
      action(async (console, folder: string, _options: object) => {
        const { listRuns } = await import('../jobs/listRuns.ts');
        return await listRuns(folder, console);
      }),
    );
