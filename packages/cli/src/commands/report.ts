import { action, command, type Declare } from '../command.ts';

export const report: Declare = (program) =>
  command(program, 'report', "write a run's report.html anew")
    .argument('<run>', 'run folder')
    .action(
      action(async (console, run: string, _options: object) => {
        const { reportRun } = await import('../jobs/reportRun.ts');
        return await reportRun(run, console);
      }),
    );
