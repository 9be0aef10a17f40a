import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { LabOptions } from './jobs/tryLosses.ts';
import { type Console, createConsole } from './console.ts';
import { EXIT, reportFailure } from './failure.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** What the options of all commands have in common. */
interface Shared {
  readonly json?: boolean;
}

const BACKENDS = ['auto', 'compiled', 'wasm', 'cpu', 'tensorflow', 'tensorflow-gpu'];

const program = new Command('raremask')
  .description('Trains segmentation networks on images where the structure is rare or absent.')
  .version(version, '--version')
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('(--help says what there is)');

command('train', 'train as a manifest says; leaves a run folder with weights, scores and a report')
  .argument('[manifest]', 'YAML file (default: raremask.yaml)')
  .addOption(repeated('-f, --file <file>', 'another manifest whose values win; repeatable'))
  .addOption(
    repeated('--set <key=value>', 'override a value, for example train.epochs=5; repeatable'),
  )
  .addOption(backendOption())
  .option(
    '--out <folder>',
    'the run folder (default: runs/NAME beside the manifest, then NAME-2, ...)',
  )
  .action(
    action(async (console, manifest: string | undefined, options: TrainingOptions) => {
      const { manifestFromArguments } = await import('./manifestArguments.ts');
      const { trainAndReport } = await import('./jobs/trainAndReport.ts');
      const loaded = await manifestFromArguments(manifest, options);
      return await trainAndReport(
        loaded,
        { version, ...(options.out !== undefined && { out: options.out }) },
        console,
      );
    }),
  );

command('resume', 'go on with a run that was interrupted')
  .argument('<run>', 'run folder')
  .addOption(
    repeated('--set <key=value>', 'override a value, for example train.epochs=80; repeatable'),
  )
  .addOption(backendOption())
  .action(
    action(async (console, run: string, options: RunOptions) => {
      const { manifestOfRun } = await import('./manifestArguments.ts');
      const { trainAndReport } = await import('./jobs/trainAndReport.ts');
      const loaded = await manifestOfRun(run, options);
      return await trainAndReport(loaded, { version, resume: run }, console);
    }),
  );

command('evaluate', "score a split with a run's weights, on whole images")
  .argument('<run>', 'run folder')
  .addOption(
    new Option('--split <split>').choices(['train', 'validation', 'test']).default('validation'),
  )
  .addOption(checkpointOption())
  .addOption(repeated('--set <key=value>', 'override a value, for example evaluate.threshold=0.3'))
  .addOption(backendOption())
  .action(
    action(async (console, run: string, options: EvaluationOptions) => {
      const { manifestOfRun } = await import('./manifestArguments.ts');
      const { prepared } = await import('./backend.ts');
      const { scoreRun } = await import('./jobs/scoreRun.ts');
      const loaded = await manifestOfRun(run, options);
      const { reason, compute } = await prepared(loaded);
      console.note('info', reason);
      await scoreRun(loaded, run, { ...options, compute }, console);
      return EXIT.ok;
    }),
  );

command(
  'predict',
  'predict images or volumes: masks and probabilities under their own names, on their own grid',
)
  .argument('<run>', 'run folder')
  .argument('<images>', 'folder of images or volumes, or one of them')
  .requiredOption('--out <folder>', 'where masks/, probabilities/ and predictions.csv go')
  .option('--no-probabilities', 'write masks alone')
  .addOption(checkpointOption())
  .addOption(repeated('--set <key=value>', 'override a value, for example evaluate.threshold=0.3'))
  .addOption(backendOption())
  .action(
    action(async (console, run: string, images: string, options: PredictionOptions) => {
      const { predictImages } = await import('./jobs/predictImages.ts');
      return await predictImages(run, images, options, console);
    }),
  );

command('export', "write a run's network as an ONNX file")
  .argument('<run>', 'run folder')
  .requiredOption('--out <file>', 'the .onnx file')
  .addOption(checkpointOption())
  .option(
    '--size <extents>',
    'one size of image, like 256x256; default: any that the network takes',
  )
  .action(
    action(async (console, run: string, options: ExportingOptions) => {
      const { exportRun } = await import('./jobs/exportRun.ts');
      return await exportRun(run, { ...options, version }, console);
    }),
  );

command('init', 'look at a folder of data and write the manifest that it recommends')
  .argument(
    '<data>',
    'folder of the data, for example with images/ and masks/, or a dataset.json, in it',
  )
  .option('--out <file>', 'the manifest', 'raremask.yaml')
  .option('--force', 'replace a manifest that is there')
  .addOption(repeated('--use <plugin>', 'data set plugin to ask; repeatable (default: all)'))
  .action(
    action(async (console, data: string, options: InitOptions) => {
      const { initManifest } = await import('./jobs/initManifest.ts');
      return await initManifest(data, options, console);
    }),
  );

command(
  'inspect',
  'count a data set and what the sampler makes of it, and recommend how to train on it',
)
  .argument('[manifest]', 'YAML file (default: raremask.yaml), or a folder of data')
  .addOption(repeated('-f, --file <file>', 'another manifest whose values win; repeatable'))
  .addOption(repeated('--set <key=value>', 'override a value; repeatable'))
  .option('--html <file>', 'write a page with charts and example images as well')
  .action(
    action(async (console, manifest: string | undefined, options: InspectionOptions) => {
      const { inspectData } = await import('./jobs/inspectData.ts');
      return await inspectData(manifest, options, console);
    }),
  );

command('lab', 'try losses on images without foreground: value, gradient, and what they mean')
  .argument('[manifest]', 'YAML file whose losses are tried (default: all installed losses)')
  .addOption(repeated('-f, --file <file>', 'another manifest whose values win; repeatable'))
  .addOption(repeated('--set <key=value>', 'override a value of the manifest; repeatable'))
  .addOption(
    repeated(
      '--loss <loss>',
      'a plugin, or "{ use: plugin, with: { option: value } }"; repeatable',
    ).conflicts('file'),
  )
  .addOption(repeated('--size <pixels>', 'side of the images (default: 64 and 128); repeatable'))
  .option('--structure <pixels>', 'size of the structure that is missed')
  .option('--html <file>', 'write a page with plots as well')
  .action(
    action(async (console, manifest: string | undefined, options: LabOptions) => {
      const { tryLosses } = await import('./jobs/tryLosses.ts');
      return await tryLosses(manifest, options, console);
    }),
  );

command('report', "write a run's report.html anew")
  .argument('<run>', 'run folder')
  .action(
    action(async (console, run: string, _options: Shared) => {
      const { openRunFolder } = await import('@raremask/engine');
      const { writeReport } = await import('@raremask/report');
      const { folder } = await openRunFolder(run);
      const report = await writeReport(folder.path);
      if (console.json) console.result({ report });
      console.text(report);
      return EXIT.ok;
    }),
  );

command('schema', 'print the JSON Schema of manifests, made from the installed plugins')
  .option('--out <file>', 'write it to a file instead')
  .action(
    action(async (_console, options: { readonly out?: string }) => {
      const { writeSchema } = await import('./jobs/writeSchema.ts');
      return await writeSchema(options.out);
    }),
  );

command('doctor', 'look at Node, the backends and the plugins of this folder').action(
  action(async (console, _options: Shared) => {
    const { doctor } = await import('./jobs/doctor.ts');
    return await doctor(version, console);
  }),
);

const plugins = command('plugins', 'what is installed');
plugins
  .command('list')
  .description('list the plugins that a manifest in this folder can use')
  .option('--json', 'the result as JSON on stdout')
  .action(
    action(async (console, _options: Shared) => {
      const { listPlugins } = await import('./jobs/listPlugins.ts');
      return await listPlugins(console);
    }),
  );

interface TrainingOptions extends Shared {
  readonly file?: readonly string[];
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly out?: string;
}
interface InspectionOptions extends Shared {
  readonly file?: readonly string[];
  readonly set?: readonly string[];
  readonly html?: string;
}
interface InitOptions extends Shared {
  readonly out: string;
  readonly force?: boolean;
  readonly use?: readonly string[];
}
interface RunOptions extends Shared {
  readonly set?: readonly string[];
  readonly backend?: string;
}
interface EvaluationOptions extends RunOptions {
  readonly split?: 'train' | 'validation' | 'test';
  readonly checkpoint?: 'best' | 'last';
}
interface PredictionOptions extends RunOptions {
  readonly out: string;
  readonly probabilities: boolean;
  readonly checkpoint?: 'best' | 'last';
}

function command(name: string, description: string): Command {
  const made = program.command(name).description(description);
  return name === 'plugins' ? made : made.option('--json', 'the result as JSON on stdout');
}

function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] = []) => [
    ...before,
    value,
  ]);
}

interface ExportingOptions {
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  readonly size?: string;
}

function backendOption(): Option {
  return new Option('--backend <name>', "override the manifest's backend").choices(BACKENDS);
}

function checkpointOption(): Option {
  return new Option('--checkpoint <which>', 'which weights (default: best)').choices([
    'best',
    'last',
  ]);
}

/** Runs a command's work and turns what happened into the exit status. */
function action<A extends unknown[]>(
  work: (console: Console, ...parameters: A) => Promise<number>,
): (...parameters: A) => Promise<void> {
  return async (...parameters) => {
    // Commander passes the arguments, then the options, then the command itself.
    const options = parameters.at(-2) as Shared | undefined;
    const console = createConsole({ json: options?.json === true });
    try {
      process.exitCode = await work(console, ...parameters);
    } catch (error) {
      process.exitCode = reportFailure(error, console, version);
    }
  };
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.manifest;
}
