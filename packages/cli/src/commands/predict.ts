import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  action,
  backendOption,
  checkpointOption,
  command,
  type Declare,
  onOption,
  partOption,
  precisionOption,
  repeated,
  sbatchOption,
  setOption,
  wordsOf,
} from '../command.ts';
import type { PredictionOptions } from '../jobs/predictImages.ts';
import type { SlurmPredictionOptions } from '../jobs/predictOnSlurm.ts';

/** What says how Slurm is used, and not what is predicted. */
const OF_SLURM = ['--on', '--parts', '--sbatch', '--wait', '--json'];

export const predict: Declare = (program) =>
  command(
    program,
    'predict',
    'predict images or volumes: masks and probabilities under their own names, on their own grid',
  )
    .argument('<run>', 'run folder; or the folder of a sweep, whose networks predict together')
    .argument('<images>', 'folder of images or volumes, or one of them')
    .requiredOption(
      '--out <folder>',
      'where masks/, probabilities/ and predictions.csv go; what is done there is not done again',
    )
    .addOption(
      partOption(
        'predict the k-th of n shares; all may write into one --out, at once or one after the other',
      ),
    )
    .option('--no-probabilities', 'write masks alone')
    .addOption(checkpointOption())
    .addOption(setOption('evaluate.threshold=0.3'))
    .addOption(settingsOption())
    .addOption(
      repeated('--with <run>', 'another run, or sweep, whose network predicts together with these'),
    )
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(onOption('parts are predicted'))
    .addOption(partsOption())
    .addOption(sbatchOption())
    .option('--wait', 'on Slurm: wait until all parts have ended')
    .action(
      action(async (console, run: string, images: string, options: Options, called: Command) => {
        const { predictOnSlurm, refuseSlurmOptions } = await import('../jobs/predictOnSlurm.ts');
        if (options.on === 'slurm') {
          const words = wordsOf(called, OF_SLURM);
          return await predictOnSlurm(run, images, { ...options, words }, console);
        }
        refuseSlurmOptions(options);
        const { predictImages } = await import('../jobs/predictImages.ts');
        return await predictImages(run, images, options, console);
      }),
    );

interface Options extends PredictionOptions, Omit<SlurmPredictionOptions, 'words'> {
  readonly on?: 'slurm';
}

function partsOption(): Option {
  return new Option('--parts <n>', 'on Slurm: shares, a task each (default: 16)')
    .conflicts('part')
    .argParser((text: string) => {
      const parts = Number(text);
      if (!/^\d+$/.test(text) || !(parts >= 1 && parts <= 10_000)) {
        throw new InvalidArgumentError('Write how many, for example 16.');
      }
      return parts;
    });
}

function settingsOption(): Option {
  return repeated(
    '--settings <key=value>',
    'of a sweep: networks of the best settings that have this, as train.batch=4 (default: the best)',
  );
}
