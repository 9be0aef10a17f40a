import { action, command, type Declare, version } from '../command.ts';

interface Options {
  readonly bench?: boolean;
  readonly calibrate?: boolean;
}

export const doctor: Declare = (program) =>
  command(
    program,
    'doctor',
    'look at Node, the machine, its GPU, the backends and the plugins of this folder',
  )
    .option('--bench', 'time a training step on every backend that works')
    .option('--calibrate', 'the same, and let backend: auto take the fastest from now on')
    .action(
      action(async (console, options: Options) => {
        const { doctor } = await import('../jobs/doctor.ts');
        return await doctor(version, options, console);
      }),
    );
