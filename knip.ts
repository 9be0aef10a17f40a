import type { KnipConfig } from 'knip';

/** The packages and files that a manifest's `use:` names, as imports. */
function manifestImports(text: string): string {
  return [...text.matchAll(/\buse:\s*"?([@.][^"\s,}]+|raremask-[^"\s,}]+)/g)]
    .map(([, name], index) => `import plugin${index} from '${name}';`)
    .join('\n');
}

/** Packages that a manifest calls by a word, or by none. */
const STANDARD = ['@raremask/augmentations', '@raremask/optimizers', '@raremask/schedules'];

const config: KnipConfig = {
  compilers: { yaml: manifestImports },
  // Linux tools that tests of a full or read-only disk use where they may.
  ignoreBinaries: ['mount', 'umount', 'srun', 'nvidia-smi'],
  workspaces: {
    '.': {
      entry: ['scripts/*.mjs', 'scripts/release/*.mjs'],
      // The types stand beside what they describe: nothing imports them by name.
      project: ['scripts/**', '!scripts/**/*.d.mts'],
      // Run by scripts/setup.mjs; and the types of changesets, which a declaration beside a script names.
      ignoreDependencies: ['turbo', '@changesets/types'],
    },
    'packages/*': { project: ['src/**', 'test/**'] },
    'packages/backends': {
      // Compiled to WebAssembly by the package's build.
      entry: ['kernels/*.ts'],
      // Headers for a compiler, found by require: the package has no types.
      ignoreDependencies: ['node-api-headers'],
      project: ['src/**', 'kernels/**', 'test/**'],
    },
    'packages/browser': {
      // Put into one file by the package's build; the runtime is optional, and read as a file.
      entry: ['src/page/main.ts'],
      project: ['src/**', 'test/**'],
      ignoreDependencies: ['@niivue/niivue', 'onnxruntime-web'],
    },
    'packages/cli': {
      // Run by tasks of Slurm; forked by the tests, to load the libraries once; loaded into a command that is to die.
      entry: [
        'src/slurm/taskProcess.ts',
        'src/sweep/trialProcess.ts',
        'test/commandServer.mjs',
        'test/dying.mjs',
      ],
      project: ['src/**', 'test/**', '!test/fixtures/**'],
      ignoreDependencies: STANDARD,
    },
    // Started by a launcher in the tests.
    'packages/mpi': { entry: ['test/fixtures/talk.mjs'], project: ['src/**', 'test/**'] },
    // Its tests resolve the standard augmentations by their table's names, and start threads that train together.
    'packages/engine': {
      entry: ['test/fixtures/team/member.mjs'],
      project: ['src/**', 'test/**'],
      ignoreDependencies: ['@raremask/augmentations'],
    },
    'packages/dataset-volumes': {
      project: ['src/**', 'test/**'],
      // Optional, and loaded by a name in a variable: their types cannot be resolved.
      ignoreDependencies: ['@itk-wasm/dicom', '@itk-wasm/image-io'],
    },
    'examples/*': {
      entry: ['*.yaml', '*.ts'],
      // The command lines that make and train them.
      ignoreDependencies: ['raremask', '@raremask/dataset-phantom', ...STANDARD],
    },
    // Called by scripts/site.mjs.
    site: { entry: ['collect.mjs'] },
    bench: {
      entry: ['**/*.yaml', '**/*.mjs', '*/ours.ts', 'gpu/gradients.ts', 'scale/rank.ts'],
      // The commands of both are run by bench/gpu, for the demo.
      ignoreDependencies: ['raremask', '@raremask/dataset-phantom', ...STANDARD],
    },
    test: {
      // onTensorflow.ts runs before the files of other projects, where a folder with tfjs-node is named.
      entry: ['*.test.ts', '*.yaml', 'onTensorflow.ts'],
      project: ['**/*.ts'],
      // compiled.test.ts names every loss by its package's own list.
      ignoreDependencies: ['@raremask/loss-ce', ...STANDARD],
    },
  },
};

export default config;
