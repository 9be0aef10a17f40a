import { PNP } from '@raremask/backends/machine';
import type { RuntimeLack } from '@raremask/compiler';
import { RaremaskError } from '@raremask/core';
import type { PluginBehind } from '@raremask/core/host';

export function noManifest(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_MANIFEST',
    category: 'manifest',
    where: 'command line',
    what: 'no manifest is named, and there is no raremask.yaml in this folder',
    expected: 'a YAML file',
    remedy: 'name one, for example: raremask train path/to/raremask.yaml',
  });
}

/** @param waiting calls of plugins that are waited for */
export function neverAnswered(waiting: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_ANSWER',
    category: 'plugin',
    where: waiting[0] ?? 'this command',
    what: 'its promise is never kept: nothing is left that could keep it',
    expected: 'a promise that is resolved or rejected in the end',
    ...(waiting.length > 1 && { got: `also ${waiting.slice(1).join('; ')}` }),
    remedy: 'mend the plugin, or tell its author',
  });
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

export function thrownUnseen({ where, line }: PluginBehind, cause: unknown): RaremaskError {
  const words = wordsOf(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_THREW',
      category: 'plugin',
      where,
      what: `the plugin throws where a part of it is looked at: ${words}, at ${line}`,
      expected: 'plain values, and options that the schema refuses by issues',
      remedy: 'mend the plugin, or tell its author',
    },
    { cause },
  );
}

/**
 * @param plugins places of those that are not raremask's own
 * @param cause on whose stack no file is
 */
export function rejectedAside(plugins: readonly string[], cause: unknown): RaremaskError {
  const words = wordsOf(cause);
  // Of what is no error, Node makes one that says so at length.
  const reason = /rejected with the reason (.*)/s.exec(words)?.[1] ?? words;
  return new RaremaskError(
    {
      code: 'RAREMASK_REJECTED_ASIDE',
      category: 'plugin',
      where: plugins.join(', '),
      what: 'a promise that nobody waits for has failed, and its error names no file',
      expected: 'promises that the plugin waits for',
      got: reason.replace(/\.+$/, ''),
      remedy: `look for a call without await in ${plugins.length === 1 ? 'this plugin' : 'these plugins'}, or tell the author; raremask resume goes on from the last checkpoint`,
    },
    { cause },
  );
}

/** @param behind the plugin in whose files it was thrown */
export function thrownAside({ where, line }: PluginBehind, cause: unknown): RaremaskError {
  const words = wordsOf(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_THREW_ASIDE',
      category: 'plugin',
      where,
      what: `the plugin threw in a timer, or in a promise that nobody waits for: ${words}, at ${line}`,
      expected: 'promises that the plugin waits for, and timers that catch what they throw',
      remedy:
        'mend the plugin, or tell its author; raremask resume goes on from the last checkpoint',
    },
    { cause },
  );
}

/** @param behind the plugin in whose files it was asked for, where that is known */
export function endedAside(behind: PluginBehind | undefined): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_ENDED_ASIDE',
    category: 'plugin',
    where: behind?.where ?? 'this command',
    what: `the process was ended before the command was done${behind === undefined ? '' : `, by process.exit at ${behind.line}`}`,
    expected: 'plugins that throw, or say what is wrong, and leave the process alone',
    remedy: 'mend the plugin, or tell its author; raremask resume goes on from the last checkpoint',
  });
}

export function manifestExists(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_EXISTS',
    category: 'manifest',
    where: path,
    what: 'there is a manifest already, and it is kept',
    expected: 'a name that is free',
    remedy: 'choose another file with --out, or replace this one with --force',
  });
}

export function noTime(got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BUDGET',
    category: 'manifest',
    where: '--budget',
    what: 'it is no time',
    expected: 'seconds, minutes or hours, as 90s, 10m or 1h; or none',
    got,
    remedy: 'write a number and its unit, for example --budget 10m',
  });
}

/** @param files how many there are of each ending */
export function noProposal(
  folder: string,
  asked: readonly string[],
  files: readonly string[],
): RaremaskError {
  const others = files.some((one) => /\.(webp|ppm|pgm|dcm)$/.test(one));
  return new RaremaskError({
    code: 'RAREMASK_NO_PROPOSAL',
    category: 'data',
    where: folder,
    what: 'no data set plugin knows what to make of this folder',
    expected:
      'images and masks that belong together by name, for example in images/ and masks/, images with annotations or a table of run lengths, or the dataset.json of nnU-Net or of the Medical Segmentation Decathlon',
    got:
      asked.length === 0
        ? 'no data set plugin is installed where the manifest would lie'
        : `nothing of the kind for ${asked.join(', ')}, among ${files.length === 0 ? 'no files' : files.join(', ')}`,
    remedy:
      asked.length === 0
        ? 'npm install @raremask/dataset-images'
        : `${others ? 'write images and masks as PNG or TIFF files; or ' : ''}name the folder that holds both, or write the manifest by hand`,
  });
}

export function cannotWriteSchema(path: string, cause: unknown): RaremaskError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_SCHEMA_WRITE',
      category: 'environment',
      where: path,
      what: `the schema cannot be written (${reason}), and what was there before is kept`,
      expected: 'a file in a folder that exists and can be written',
      remedy: 'choose another file with --out',
    },
    { cause },
  );
}

export function lossWord(word: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LAB_LOSS',
    category: 'manifest',
    where: `--loss ${word}`,
    what: 'the loss cannot be read',
    expected: 'a plugin, or { use: plugin, with: { option: value } }',
    got,
    remedy: 'write it as in a manifest, in quotation marks of the shell',
  });
}

export function lossOptionsRefused(use: string, issues: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LAB_OPTIONS',
    category: 'manifest',
    where: use,
    what: 'the loss refuses its options',
    expected: 'options as its README lists them',
    got: issues.join('; '),
    remedy: "mend what stands under with, or name the loss's options in a manifest",
  });
}

export function nothingToCheck(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECK_FOLDER',
    category: 'manifest',
    where: path,
    what: 'there is no package in this folder',
    expected: 'a folder with package.json, a module, or the name of an installed plugin',
    remedy: 'name the module itself, for example ./my-loss.ts',
  });
}

export function checkOptions(text: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECK_OPTIONS',
    category: 'manifest',
    where: `--with ${text}`,
    what: 'the options cannot be read',
    expected: 'a map, for example "{ power: 2 }"',
    got,
    remedy: 'write them as below with in a manifest, in quotation marks of the shell',
  });
}

/** @param where what said so, where that is known: an image, a loss, a thread */
export function outOfMemory(where: string | undefined, cause: unknown): RaremaskError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_OUT_OF_MEMORY',
      category: 'environment',
      where: where ?? 'this machine',
      what: 'there was not enough memory',
      got: message
        .split('\n')[0]!
        .slice(0, 300)
        .replace(/[\s.]+$/, ''),
      remedy:
        'in training make train.batch smaller (train.accumulate keeps the step the same), give sampler.with.window, and make train.workers or model.with.filters smaller; in prediction and scoring give evaluate.window, for example [512, 512]; or end what else needs memory here',
    },
    { cause },
  );
}

export function runtimeMissing(backend: string, { what, remedy }: RuntimeLack): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUNTIME_MISSING',
    category: 'environment',
    where: `backend: ${backend}`,
    what: 'onnxruntime-node does not load, which runs compiled steps',
    expected: 'onnxruntime-node, an optional dependency of @raremask/compiler',
    got: what,
    remedy: `${remedy}; or set backend: auto`,
  });
}

export function noTemporaryFolder(folder: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_TEMPORARY_FOLDER',
      category: 'environment',
      where: folder,
      what: 'no folder for temporary files can be made in it',
      expected: 'a folder that exists, in which this user may write',
      got: (cause as NodeJS.ErrnoException).code ?? String(cause),
      remedy: 'name another folder in the variable TMPDIR (of Windows: TEMP)',
    },
    { cause },
  );
}

/** @param path where that is known: what is written to an open file comes without it */
export function noRoom(path: string | undefined, cause: unknown): RaremaskError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new RaremaskError(
    {
      code: 'RAREMASK_NO_ROOM',
      category: 'environment',
      where: path ?? 'a file',
      what: `${code === 'EROFS' ? 'it cannot be written' : 'the disk takes no more'}, here or where temporary files are`,
      got: message,
      remedy:
        'free some space, name another folder with --out, or one for temporary files in TMPDIR',
    },
    { cause },
  );
}

/** Yarn has put packages into archives, which Node reads through it alone. */
export function plugAndPlay(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUG_AND_PLAY',
    category: 'environment',
    where: process.cwd(),
    what: PNP.detail,
    expected: 'a folder node_modules',
    remedy: PNP.remedy,
  });
}

export function gpuUnusable(backend: string, detail: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_GPU_UNUSABLE',
    category: 'environment',
    where: `backend: ${backend}`,
    what: 'no GPU computes',
    expected: 'a GPU and its driver, on which a product of matrices comes out right',
    got: detail,
    remedy,
  });
}

/** The manifest's check has refused what a backend never can; this is what the machine cannot. */
export function precisionUnsupported(
  precision: string,
  backend: string,
  detail: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PRECISION_UNSUPPORTED',
    category: 'environment',
    where: `precision: ${precision}`,
    what: `nothing here computes in ${precision} with backend: ${backend}`,
    expected:
      precision === 'tf32'
        ? "NVIDIA's GPU with tensor cores (compute capability 8.0 and later), with backend: cuda or tensorflow-gpu"
        : 'a GPU with float16: shader-f16 in WebGPU, or any that backend: cuda computes on',
    got: detail,
    remedy: 'set precision: float32 (--precision float32), which every backend has',
  });
}

/** Outside a training, which says where it goes on. */
export function deviceLost(cause: Error): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_COMMAND_LOST_GPU',
      category: 'environment',
      where: 'backend',
      what: 'the GPU is lost',
      got: cause.message,
      remedy: 'the same command once more; the system log says why the GPU went',
    },
    { cause },
  );
}

export function wrongSize(text: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_WRONG_SIZE',
    category: 'manifest',
    where: '--size',
    what: 'this is not the size of an image or a volume',
    expected: 'extents with an x between them, for example 256x256',
    got: text,
    remedy: 'write height and width, before them the depth of a volume',
  });
}

export function oneRunOnly(run: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COMPARE_ONE',
    category: 'manifest',
    where: 'raremask compare',
    what: 'one run cannot be compared with itself',
    expected: 'two run folders or more',
    got: run,
    remedy: 'name another run; raremask runs lists them',
  });
}

export function noRuns(folder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_RUNS',
    category: 'data',
    where: folder,
    what: 'there is no run in this folder',
    expected: 'a folder of run folders, each with manifest.resolved.yaml',
    remedy: "name the folder that a manifest's output names, for example: raremask runs runs",
  });
}

export function portTaken(ports: readonly number[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PORT_TAKEN',
    category: 'environment',
    where: '127.0.0.1',
    what: 'the page cannot be served: no port is free for it',
    expected: 'a free port of this machine',
    got: ports.length === 1 ? `${ports[0]}` : `${ports[0]} to ${ports.at(-1)}, all taken`,
    remedy: 'name another one with --port, for example --port 9000',
  });
}

export function noPort(got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PORT',
    category: 'manifest',
    where: '--port',
    what: 'it is no port',
    expected: 'a whole number from 1 to 65535',
    got,
    remedy: 'write for example --port 9000',
  });
}

export function wrongSeeds(got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SEEDS',
    category: 'manifest',
    where: '--seeds',
    what: 'these are no seeds',
    expected: 'different whole numbers from 0, with commas between them',
    got,
    remedy: 'write for example --seeds 1,2,3',
  });
}

export function packageExists(out: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PACKAGE_EXISTS',
    category: 'manifest',
    where: out,
    what: 'the folder holds something already, and it is kept',
    expected: 'a new folder, or an empty one',
    remedy: 'choose another one with --out',
  });
}

export function localPluginOutside(use: string, file: string, folder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PACKAGE_PLUGIN',
    category: 'manifest',
    where: use,
    what: 'the plugin lies outside the folder of the manifest, and cannot be put into a package under its path',
    expected: `a file in ${folder}`,
    got: file,
    remedy: 'move it beside the manifest, or make an npm package of it (raremask new)',
  });
}

export function unreadableText(path: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_PACKAGE_TEXT',
      category: 'manifest',
      where: path,
      what: `the file cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      expected: 'a text file',
      remedy: 'name another one, or leave the option out',
    },
    { cause },
  );
}

export function packageNotAdded(name: string, folder: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PACKAGE_NOT_ADDED',
    category: 'environment',
    where: folder,
    what: `${name} cannot be added to package.json here`,
    expected: 'a folder with a package.json, and a registry of npm that has it',
    got,
    remedy:
      'check the registry (npm config get registry), or add it by hand without its scripts, then the same command again',
  });
}

/** @param failures each way that was tried, and how it ended */
export function tensorflowNotInstalled(failures: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_TENSORFLOW_NOT_INSTALLED',
    category: 'environment',
    where: 'backend tensorflow',
    what: 'no way to install it led to a training step that is right; all is as before',
    got: failures.join('; '),
    remedy:
      'mend what is said of the last one; or ask for auto, webgpu or compiled, which need nothing more',
  });
}

export function partOfFolder(folder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PART_OF_FOLDER',
    category: 'manifest',
    where: '--part',
    what: 'a share is counted of the data set of a manifest, and this is a folder',
    expected: 'a YAML file',
    got: folder,
    remedy: `write a manifest for it first: raremask init ${folder}`,
  });
}
