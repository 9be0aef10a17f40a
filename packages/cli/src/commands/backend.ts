import { Argument } from 'commander';
import { action, command, type Declare } from '../command.ts';

type Name = 'cuda' | 'tensorflow';

const which = () => new Argument('<backend>', 'which backend').choices(['cuda', 'tensorflow']);

export const backend: Declare = (program) => {
  const group = program
    .command('backend')
    .description('install what a backend needs and npm does not bring');
  command(
    group,
    'install',
    'cuda: put the CUDA provider beside onnxruntime-node; tensorflow: add tfjs-node-gpu or tfjs-node, with libtensorflow',
  )
    .addArgument(which())
    .option('--from <folder>', 'wheels that raremask backend pack has fetched, for closed networks')
    .action(
      action(async (console, name: Name, { from }: { readonly from?: string }) => {
        if (name === 'tensorflow') {
          const { installTensorflow } = await import('../jobs/backendTensorflow.ts');
          return await installTensorflow(from, console);
        }
        const { installCudaProvider } = await import('../jobs/backendCuda.ts');
        return installCudaProvider(from, console);
      }),
    );
  command(group, 'pack', 'fetch into a folder what install --from takes')
    .addArgument(which())
    .requiredOption('--out <folder>', 'the folder')
    .option('--gpu', "of tensorflow: the build for NVIDIA's GPUs, with their libraries")
    .action(
      action(async (console, name: Name, options: PackOptions) => {
        const { out, gpu = false } = options;
        if (name === 'tensorflow') {
          const { packTensorflow } = await import('../jobs/backendTensorflow.ts');
          return packTensorflow(out, gpu, console);
        }
        const { packCuda } = await import('../jobs/backendCuda.ts');
        return packCuda(out, console);
      }),
    );
};

interface PackOptions {
  readonly out: string;
  readonly gpu?: boolean;
}
