import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PageConfig } from './config.ts';
import { pageMarkup } from './markup.ts';
import { LICENCE } from './niivueLicence.ts';

/** The files of onnxruntime-web that the page runs the model with. */
export interface Runtime {
  readonly version: string;
  /** A module without imports. */
  readonly script: string;
  readonly wasm: Uint8Array;
}

/**
 * Reads them from where onnxruntime-web is installed; undefined where it is not.
 *
 * @param from file or folder from which packages are looked for, after this one's own surroundings
 */
export async function runtimeFiles(from: string): Promise<Runtime | undefined> {
  for (const start of [import.meta.url, join(from, 'package.json')]) {
    let entry: string;
    try {
      entry = createRequire(start).resolve('onnxruntime-web');
    } catch {
      continue;
    }
    const folder = dirname(entry);
    const about = JSON.parse(await readFile(join(folder, '..', 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    return {
      version: about.version,
      script: await readFile(join(folder, 'ort.wasm.bundle.min.mjs'), 'utf8'),
      wasm: await readFile(join(folder, 'ort-wasm-simd-threaded.wasm')),
    };
  }
  return undefined;
}

/** The script of niivue, which shows volumes, where that is installed; undefined where it is not. */
export async function viewerFile(from: string): Promise<string | undefined> {
  for (const start of [import.meta.url, join(from, 'package.json')]) {
    // Its exports name the modules alone, and not the script that a page opened as a file can load.
    for (const folder of createRequire(start).resolve.paths('@niivue/niivue') ?? []) {
      const file = join(folder, '@niivue', 'niivue', 'dist', 'niivue.umd.js');
      if (existsSync(file)) return await readFile(file, 'utf8');
    }
  }
  return undefined;
}

/**
 * Writes `predict.html` and the scripts beside it. A page that is opened as a file may load scripts and nothing
 * else, so that model and runtime are scripts that hold them as text.
 *
 * @param folder gets predict.html, and web/ beside it
 * @param model ONNX file
 * @param viewer script of niivue, for volumes
 */
export async function writePage(
  folder: string,
  config: PageConfig,
  model: Uint8Array,
  runtime: Runtime,
  viewer?: string,
): Promise<void> {
  const web = join(folder, 'web');
  await mkdir(web, { recursive: true });
  const script = await readFile(new URL('./page.js', import.meta.url), 'utf8');
  const holding = (name: string, value: unknown) =>
    `(globalThis.RAREMASK ??= {}).${name} = ${JSON.stringify(value)};\n`;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  // A module that is made of text has no place of its own, and needs none: the wasm file is handed in.
  const files: readonly (readonly [string, string])[] = [
    ['model.js', holding('config', config) + holding('model', base64(model))],
    ['runtime.js', holding('runtime', runtime.script) + holding('wasm', base64(runtime.wasm))],
    ['page.js', script],
  ];
  const shown = [
    ['niivue.js', viewer],
    ['niivue.LICENSE', LICENCE],
  ] as const;
  for (const [name, text] of files) await writeFile(join(web, name), text);
  for (const [name, text] of viewer === undefined ? [] : shown) {
    await writeFile(join(web, name), text!);
  }
  await writeFile(join(folder, 'predict.html'), pageMarkup(config));
}
