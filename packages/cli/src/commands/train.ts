import {
  action,
  backendOption,
  budgetOption,
  command,
  type Declare,
  filesOption,
  precisionOption,
  setOption,
  untilEpochOption,
  version,
} from '../command.ts';
import type { ManifestOptions } from '../manifestArguments.ts';

interface Options extends ManifestOptions {
  readonly out?: string;
  readonly watch?: boolean;
  readonly seeds?: string;
  readonly untilEpoch?: number;
}

export const train: Declare = (program) =>
  command(
    program,
    'train',
    'train as a manifest says; leaves a run folder with weights, scores and a report',
  )
    .argument('[manifest]', 'YAML file (default: raremask.yaml)')
    .addOption(filesOption())
    .addOption(setOption('train.epochs=5'))
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(budgetOption())
    .option(
      '--out <folder>',
      'the run folder (default: runs/NAME beside the manifest, then NAME-2, ...)',
    )
    .addOption(untilEpochOption().conflicts('seeds'))
    .option('--seeds <list>', 'one run for each of several seeds, for example 1,2,3')
    .option('--watch', 'show the run on a page of this machine while it goes on')
    .action(
      action(async (speaker, manifest: string | undefined, options: Options) => {
        const { inCompany } = await import('../company.ts');
        return await inCompany(speaker, async (console, company) => {
          const { seeds } = options;
          if (seeds !== undefined) {
            const { trainSeeds } = await import('../jobs/trainSeeds.ts');
            return await trainSeeds(manifest, { ...options, seeds, version, company }, console);
          }
          const { manifestFromArguments } = await import('../manifestArguments.ts');
          const { trainAndReport } = await import('../jobs/trainAndReport.ts');
          const loaded = await manifestFromArguments(manifest, options);
          const { out, watch = false, untilEpoch } = options;
          return await trainAndReport(
            loaded,
            {
              ...{ version, watch, company },
              ...(out !== undefined && { out }),
              ...(untilEpoch !== undefined && { untilEpoch }),
            },
            console,
          );
        });
      }),
    );
