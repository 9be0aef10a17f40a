import { action, command, type Declare, filesOption, repeated, setOption } from '../command.ts';
import type { CheckOptions } from '../jobs/checkPlugin.ts';
import type { ManifestOptions } from '../manifestArguments.ts';

export const plugins: Declare = (program) => {
  const group = program
    .command('plugins')
    .description('what is installed, and whether it can be used');
  command(group, 'list', 'list the plugins that a manifest in this folder can use').action(
    action(async (console, _options: object) => {
      const { listPlugins } = await import('../jobs/listPlugins.ts');
      return await listPlugins(console);
    }),
  );
  command(group, 'info', 'what is written of a plugin, read without running it')
    .argument('<name>', 'as a manifest writes it after use')
    .option('--options', 'load it, and list its options and the services that it needs')
    .action(
      action(async (console, name: string, options: { readonly options?: boolean }) => {
        const { showPlugin } = await import('../jobs/showPlugin.ts');
        return await showPlugin(name, options.options === true, console);
      }),
    );
  command(group, 'check', 'run all checks of its kind over a plugin, and say what is wrong')
    .argument('<path>', 'a folder with package.json, a file, or the name of an installed plugin')
    .addOption(
      repeated('--with <options>', 'options to try, as a manifest writes them: "{ power: 2 }"'),
    )
    .action(
      action(async (console, path: string, options: CheckOptions) => {
        const { checkPlugin } = await import('../jobs/checkPlugin.ts');
        return await checkPlugin(path, options, console);
      }),
    );
  command(group, 'graph', 'which plugins of a manifest need which services, and who provides them')
    .argument('[manifest]', 'YAML file (default: raremask.yaml)')
    .addOption(filesOption())
    .addOption(setOption('loss[0].use=./my-loss.ts'))
    .action(
      action(async (console, manifest: string | undefined, options: ManifestOptions) => {
        const { showGraph } = await import('../jobs/showGraph.ts');
        return await showGraph(manifest, options, console);
      }),
    );
};
