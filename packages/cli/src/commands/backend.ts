import { Argument } from 'commander';
import { action, command, type Declare } from '../command.ts';

const which = () => new Argument('<backend>', 'which backend').choices(['cuda']);

export const backend: Declare = (program) => {
  const group = program
    .command('backend')
    .description('install what a backend needs and npm does not bring');
  command(group, 'install', 'put the CUDA provider beside onnxruntime-node, from wheels of Python')
    .addArgument(which())
    .option('--from <folder>', 'wheels that raremask backend pack has fetched, for closed networks')
    .action(
      action(async (console, _: string, { from }: { readonly from?: string }) => {
        const { installCudaProvider } = await import('../jobs/backendCuda.ts');
        return installCudaProvider(from, console);
      }),
    );
  command(group, 'pack', 'fetch into a folder what install --from takes')
    .addArgument(which())
    .requiredOption('--out <folder>', 'the folder')
    .action(
      action(async (console, _: string, { out }: { readonly out: string }) => {
        const { packCuda } = await import('../jobs/backendCuda.ts');
        return packCuda(out, console);
      }),
    );
};
