import { action, command, type Declare, version } from '../command.ts';

export const doctor: Declare = (program) =>
  command(program, 'doctor', 'look at Node, the backends and the plugins of this folder').action(
    action(async (console, _options: object) => {
      const { doctor } = await import('../jobs/doctor.ts');
      return await doctor(version, console);
    }),
  );
