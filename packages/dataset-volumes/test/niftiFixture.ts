import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dataset } from '@raremask/core';
import plugin from '../src/index.ts';

type Row = readonly [number, number, number, number];

interface Written {
  readonly extent: readonly number[];
  readonly values: readonly number[];
  /** float32 (16), float64 (64), uint8 (2), int16 (4) or int64 (1024). */
  readonly datatype?: 2 | 4 | 16 | 64 | 1024;
  /** Written as the sform; null leaves the sform out. */
  readonly affine?: readonly [Row, Row, Row] | null;
  readonly little?: boolean;
  readonly slope?: number;
  readonly intercept?: number;
}

export const straight = [
  [1, 0, 0, 0],
  [0, 2, 0, 0],
  [0, 0, 3, 0],
] as const;

/** The bytes of a NIfTI-1 file. */
export function nifti(given: Written): Uint8Array {
  const { extent, values, datatype = 16, affine = straight, little = true } = given;
  const width = { 2: 1, 4: 2, 16: 4, 64: 8, 1024: 8 }[datatype];
  const bytes = new Uint8Array(352 + values.length * width);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, little);
  view.setInt16(40, extent.length, little);
  for (const [axis, size] of extent.entries()) view.setInt16(42 + 2 * axis, size, little);
  view.setInt16(70, datatype, little);
  view.setFloat32(108, 352, little);
  view.setFloat32(112, given.slope ?? 1, little);
  view.setFloat32(116, given.intercept ?? 0, little);
  view.setInt16(254, affine === null ? 0 : 1, little);
  for (const [at, value] of (affine ?? []).flat().entries())
    view.setFloat32(280 + 4 * at, value, little);
  bytes.set(new TextEncoder().encode('n+1\0'), 344);
  for (const [index, value] of values.entries()) {
    const at = 352 + index * width;
    if (datatype === 2) view.setUint8(at, value);
    else if (datatype === 4) view.setInt16(at, value, little);
    else if (datatype === 64) view.setFloat64(at, value, little);
    else if (datatype === 1024) view.setBigInt64(at, BigInt(value), little);
    else view.setFloat32(at, value, little);
  }
  return bytes;
}

/** The same file with other numbers at some places of its header. */
export function changed(file: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(file);
  change(new DataView(copy.buffer));
  return copy;
}

export type Files = Record<string, Uint8Array | string>;

/** A folder with these files in it, for as long as the check takes. */
export async function inFolder(
  files: Files,
  check: (root: string) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'raremask-volumes-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
    await check(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

export async function opened(
  files: Files,
  raw: Record<string, unknown>,
  check: (dataset: Dataset, root: string) => Promise<void>,
): Promise<void> {
  await inFolder(files, async (root) => check(await openAt(root, raw), root));
}

/** @param warnings where the lines go that a user would be warned with */
export async function openAt(
  root: string,
  raw: Record<string, unknown>,
  warnings: string[] = [],
): Promise<Dataset> {
  return plugin.create(await checkedOptions(root, raw), servicesAt(root, warnings));
}

function servicesAt(folder: string, warnings: string[] = []) {
  return { folder, log: { info() {}, warn: (line: string) => void warnings.push(line) } };
}

export async function openImagesAt(
  path: string,
  root: string,
  raw: Record<string, unknown>,
): Promise<Dataset> {
  return plugin.openImages!(path, await checkedOptions(root, raw), servicesAt(root));
}

async function checkedOptions(root: string, raw: Record<string, unknown>) {
  const given = { root, classes: { background: 0, lesion: 1 }, ...raw };
  const checked = await plugin.options!['~standard'].validate(given);
  if (checked.issues !== undefined) throw new Error(checked.issues[0]!.message);
  return checked.value as Parameters<typeof plugin.create>[0];
}

// Two voxels along x, three along y, two along z: 0 to 11, x fastest.
export const extent = [2, 3, 2];
export const ramp = Array.from({ length: 12 }, (_, index) => index);
export const label = ramp.map((value) => (value === 7 ? 1 : 0));
export const plain = { images: 'i/{id}.nii', masks: 'm/{id}.nii' };
export const image = nifti({ extent, values: ramp });
export const mask = nifti({ extent, values: label, datatype: 2 });
