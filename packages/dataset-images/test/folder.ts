import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dataset, Sample } from '@raremask/core';
import { encode, type ImageData } from 'fast-png';
import plugin from '../src/index.ts';

/** A folder of its own for one test, with the files that it names. */
export class Folder {
  readonly path: string;
  readonly warnings: string[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async with(files: Record<string, Uint8Array | string>): Promise<Folder> {
    const folder = new Folder(await mkdtemp(join(tmpdir(), 'raremask-images-')));
    for (const [name, content] of Object.entries(files)) await folder.write(name, content);
    return folder;
  }

  async write(name: string, content: Uint8Array | string): Promise<void> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** Opens the folder as a manifest would. */
  async open(raw: Record<string, unknown>): Promise<Dataset> {
    return plugin.create(await validated({ root: this.path, ...raw }), this.#services());
  }

  async openImages(path: string, raw: Record<string, unknown>): Promise<Dataset> {
    return plugin.openImages!(path, await validated({ root: this.path, ...raw }), this.#services());
  }

  #services() {
    const warn = (line: string) => void this.warnings.push(line);
    return { folder: this.path, log: { info: () => {}, warn } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

type Opened = Parameters<typeof plugin.create>[0];

/** The options with their defaults; throws the issues of the schema. */
export async function validated(raw: Record<string, unknown>): Promise<Opened> {
  const result = await plugin.options!['~standard'].validate(raw);
  if (result.issues === undefined) return result.value as Opened;
  throw new Error(
    result.issues.map(({ path = [], message }) => `${path.join('.')}: ${message}`).join('\n'),
  );
}

/** A PNG file with these stored values. */
export function png(
  width: number,
  height: number,
  values: ArrayLike<number>,
  more: Partial<Pick<ImageData, 'depth' | 'channels' | 'palette'>> = {},
): Uint8Array {
  const { channels = 1, depth = 8 } = more;
  const data = depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
  return encode({ width, height, data, channels, depth, ...more });
}

/** The only sample of a data set. */
export async function onlySample(dataset: Dataset): Promise<Sample> {
  const [id, ...others] = dataset.ids;
  if (id === undefined || others.length > 0) throw new Error(`${dataset.ids.length} samples`);
  return dataset.read(id);
}
