import { action, command, type Declare } from '../command.ts';

export const plugins: Declare = (program) => {
  const group = program.command('plugins').description('what is installed');
  command(group, 'list', 'list the plugins that a manifest in this folder can use').action(
    action(async (console, _options: object) => {
      const { listPlugins } = await import('../jobs/listPlugins.ts');
      return await listPlugins(console);
    }),
  );
};
