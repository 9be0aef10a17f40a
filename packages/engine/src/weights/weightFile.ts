import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { initializersOf } from '@raremask/compiler';
import { chooseCheckpoint, runFolder } from '@raremask/record';
import { weightsUnreadable } from '../errors.ts';
import { type NamedArray, readSafetensors } from '../record/safetensors.ts';
import { readTorchFile } from './torch/torchFile.ts';
import { wideFloats } from './wideFloats.ts';

/** Arrays that somebody has trained, by name. */
export interface WeightFile {
  readonly path: string;
  /** How the arrays lie: as raremask's own, or channels first, as PyTorch and ONNX have them. */
  readonly layout: 'own' | 'channelsFirst';
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** What tells a file from another one of the same name. */
export interface Fingerprint {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly sha256: string;
}

/** Files of torch.save. */
const TORCH = /\.(pth|pt|bin)$/;

/**
 * Reads the arrays of a safetensors file (a run of ours, or another program's), of a file of torch.save,
 * of the constants of an ONNX file, or of the best checkpoint of a run folder.
 */
export async function readWeightFile(path: string): Promise<WeightFile> {
  try {
    if (path.endsWith('.onnx')) {
      const found = initializersOf(await readFile(path));
      const arrays = [...found].map(([name, one]) => [name, { name, ...one }] as const);
      return { path, layout: 'channelsFirst', arrays: new Map(arrays) };
    }
    if (TORCH.test(path)) {
      return { path, layout: 'channelsFirst', arrays: readTorchFile(await readFile(path)) };
    }
    const { arrays, metadata } = await readSafetensors(path, wideFloats);
    return metadata['raremask'] === undefined
      ? { path, layout: 'channelsFirst', arrays }
      : { path, layout: 'own', arrays: inferredArrays(arrays) };
  } catch (error) {
    throw weightsUnreadable(path, error);
  }
}

/** The file that a setting means: itself, or the best checkpoint of a run folder. */
export function weightPath(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw weightsUnreadable(path, new Error('there is no such file'));
  return found.isDirectory() ? chooseCheckpoint(runFolder(path), undefined).path : path;
}

/** Of the file's content; the values go through in pieces. */
export async function fingerprintOf(path: string): Promise<Fingerprint> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, modified: mtimeMs, sha256: hash.digest('hex') };
}

/** What a network of ours is used with: moving averages where they were kept; without the prefixes. */
function inferredArrays(arrays: ReadonlyMap<string, NamedArray>): ReadonlyMap<string, NamedArray> {
  const averaged = [...arrays.keys()].some((name) => name.startsWith('average.'));
  const prefix = averaged ? /^average\.(weight|buffer)\./ : /^(weight|buffer)\./;
  return new Map(
    [...arrays.values()].flatMap(({ name, ...rest }) => {
      const own = name.replace(prefix, '');
      return own === name ? [] : [[own, { name: own, ...rest }] as const];
    }),
  );
}
