import { Command, CommanderError } from 'commander';
import { version } from './command.ts';
import { backend } from './commands/backend.ts';
import { compare } from './commands/compare.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/evaluate.ts';
import { exportNetwork } from './commands/export.ts';
import { init } from './commands/init.ts';
import { inspect } from './commands/inspect.ts';
import { lab } from './commands/lab.ts';
import { newPlugin } from './commands/new.ts';
import { packageModel } from './commands/package.ts';
import { plugins } from './commands/plugins.ts';
import { predict } from './commands/predict.ts';
import { report } from './commands/report.ts';
import { resume } from './commands/resume.ts';
import { runs } from './commands/runs.ts';
import { schema } from './commands/schema.ts';
import { sweep } from './commands/sweep.ts';
import { train } from './commands/train.ts';
import { watch } from './commands/watch.ts';
import { weights } from './commands/weights.ts';
import { EXIT } from './failure.ts';

/** In the order in which --help lists them. */
const COMMANDS = [
  train,
  resume,
  sweep,
  evaluate,
  predict,
  exportNetwork,
  packageModel,
  weights,
  init,
  inspect,
  lab,
  watch,
  report,
  runs,
  compare,
  schema,
  doctor,
  backend,
  plugins,
  newPlugin,
];

/** All commands, declared. */
export function createProgram(): Command {
  const program = new Command('raremask')
    .description('Trains segmentation networks on images where the structure is rare or absent.')
    .version(version, '--version')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(--help says what there is)');
  for (const declare of COMMANDS) declare(program);
  return program;
}

/**
 * Runs one command line, and leaves the status with which the process is to end in
 * `process.exitCode`.
 *
 * @param parameters what stands behind the program's name
 */
export async function runCommand(parameters: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(parameters, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.manifest;
  }
}
