import { readFile } from 'node:fs/promises';
import dicomParser, { type DataSet } from 'dicom-parser';
import { type FrameGrid, gridOfFrames, itemsOf } from './dicomFrames.ts';
import {
  cutSlice,
  dicomKind,
  noLabelMap,
  overlappingSegments,
  tooLong,
  truncated,
} from './errors.ts';
import { firstBytes } from './firstBytes.ts';
import type { Volume } from './volume.ts';

const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';
/** Other objects that hold labels, by their class (DICOM PS3.4, B.5). */
const OTHERS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.481.3': 'a radiotherapy structure set (RTSTRUCT)',
  '1.2.840.10008.5.1.4.1.1.66.5': 'a surface segmentation',
  '1.2.840.10008.5.1.4.1.1.66.7': 'a label map segmentation',
};
const NATIVE = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'];
const PIXELS = 'x7fe00010';

export async function isDicomFile(file: string): Promise<boolean> {
  const { bytes } = await firstBytes(file, 132);
  return bytes.toString('latin1', 128) === 'DICM';
}

/** Whether a file is one, whatever else it may be. */
export async function isSegmentation(file: string): Promise<boolean> {
  if (!(await isDicomFile(file))) return false;
  return tagsOf(file, await readFile(file)).string('x00080016') === SEGMENTATION;
}

/**
 * The label map of a DICOM segmentation (PS3.3, A.51): values are the numbers of its segments. A frame is a
 * slice of one segment, a bit a pixel; slices that none of them shows hold nothing.
 *
 * @throws RaremaskError where segments overlap, or the file is of another kind
 */
export async function readSegmentation(file: string): Promise<Volume> {
  const bytes = await readFile(file);
  const tags = tagsOf(file, bytes);
  checkKind(file, tags);
  const [rows, columns] = [tags.uint16('x00280010') ?? 0, tags.uint16('x00280011') ?? 0];
  const frames = itemsOf(tags, 'x52009230');
  const shared = itemsOf(tags, 'x52009229')[0];
  const segments = new Map(
    itemsOf(tags, 'x00620002').map((one) => [
      one.uint16('x00620004') ?? 0,
      (one.string('x00620005') ?? '').trim(),
    ]),
  );
  const stated = Number(tags.string('x00280008'));
  const numbers = frames.map((frame) => numberOf(frame) ?? (shared && numberOf(shared)) ?? 0);
  if (
    frames.length === 0 ||
    frames.length !== stated ||
    !numbers.every((one) => segments.has(one))
  ) {
    throw dicomKind(
      file,
      `${stated} frames, ${frames.length} of them described, of ${segments.size} segments`,
    );
  }
  const grid = gridOfFrames(file, frames, shared, [rows, columns]);
  const { dataOffset, length } = tags.elements[PIXELS]!;
  const needed = Math.ceil((rows * columns * frames.length) / 8);
  if (dataOffset + needed > bytes.length) throw truncated(file, dataOffset + needed, bytes.length);
  if (length < needed) throw truncated(file, needed, length);
  // Filled up to an even number.
  if (length > needed + 1) throw tooLong(file, needed, length);
  const values = labelsOf(file, bytes.subarray(dataOffset), { ...grid, numbers });
  return { header: grid.header, values, segments };
}

function labelsOf(
  file: string,
  bits: Uint8Array,
  { header, slices, numbers }: FrameGrid & { readonly numbers: readonly number[] },
): Uint16Array {
  const [columns, rows, depth] = header.extent;
  const size = columns * rows;
  const values = new Uint16Array(size * depth);
  let bit = 0;
  for (const [frame, number] of numbers.entries()) {
    const from = slices[frame]! * size;
    for (let pixel = 0; pixel < size; pixel++, bit++) {
      if (((bits[bit >> 3]! >> (bit & 7)) & 1) === 0) continue;
      const other = values[from + pixel]!;
      if (other !== 0 && other !== number) throw overlappingSegments(file, other, number);
      values[from + pixel] = number;
    }
  }
  return values;
}

function checkKind(file: string, tags: DataSet): void {
  const kind = tags.string('x00080016') ?? '';
  if (kind !== SEGMENTATION) throw noLabelMap(file, OTHERS[kind] ?? `an object of class ${kind}`);
  const type = tags.string('x00620001');
  if (type !== 'BINARY') throw noLabelMap(file, `a segmentation of type ${type}`);
  const syntax = tags.string('x00020010') ?? 'none';
  if (!NATIVE.includes(syntax))
    throw noLabelMap(file, `compressed segments, transfer syntax ${syntax}`);
  if (tags.elements[PIXELS] === undefined) throw cutSlice(file, tags.byteArray.length);
  if (tags.uint16('x00280100') !== 1)
    throw dicomKind(file, `segments of ${tags.uint16('x00280100')} bits`);
}

/** The segment that a frame shows. */
function numberOf(groups: DataSet): number | undefined {
  return itemsOf(groups, 'x0062000a')[0]?.uint16('x0062000b');
}

function tagsOf(file: string, bytes: Buffer): DataSet {
  try {
    return dicomParser.parseDicom(bytes);
  } catch {
    // What it throws is a text, or an object of its own.
    throw cutSlice(file, bytes.length);
  }
}
