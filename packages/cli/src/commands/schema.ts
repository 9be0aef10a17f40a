import { action, command, type Declare } from '../command.ts';

export const schema: Declare = (program) =>
  command(program, 'schema', 'print the JSON Schema of manifests, made from the installed plugins')
    .option('--out <file>', 'write it to a file instead')
    .action(
      action(async (_console, options: { readonly out?: string }) => {
        const { writeSchema } = await import('../jobs/writeSchema.ts');
        return await writeSchema(options.out);
      }),
    );
