import type { DataSet } from 'dicom-parser';
import { dicomKind, unevenSlices } from './errors.ts';
import { checkedAffine } from './niftiPlace.ts';
import type { Header } from './volume.ts';

/** The volume that frames make, and the slice of it that each of them is. */
export interface FrameGrid {
  readonly header: Header;
  readonly slices: readonly number[];
}

/** A slice may lie beside its place by this part of their distance. */
const TOLERANCE = 0.05;

/**
 * Where the frames of a multi-frame file lie. Slices that no frame shows are in the volume where they lie
 * between others.
 *
 * @param shared what holds for all frames
 */
export function gridOfFrames(
  file: string,
  frames: readonly DataSet[],
  shared: DataSet | undefined,
  [rows, columns]: readonly [number, number],
): FrameGrid {
  const measures = (frame: DataSet) => groupOf(frame, shared, 'x00289110');
  const orientation = numbers(file, 'orientation', frames, (frame) =>
    groupOf(frame, shared, 'x00209116')?.string('x00200037'),
  );
  const spacing = numbers(file, 'spacing', frames, (frame) => measures(frame)?.string('x00280030'));
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const across = [b * f - c * e, c * d - a * f, a * e - b * d];
  const positions = frames.map((frame) => {
    const stated = itemsOf(frame, 'x00209113')[0]?.string('x00200032');
    const position = (stated ?? '').split('\\').map(Number);
    if (position.length !== 3 || !position.every(Number.isFinite)) {
      throw dicomKind(file, 'a frame whose position is not stated');
    }
    return position;
  });
  const heights = positions.map((own) =>
    own.reduce((sum, value, axis) => sum + value * across[axis]!, 0),
  );
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const step = stepOf(heights, Number(measures(frames[0]!)?.string('x00180088')));
  const slices = heights.map((height) => {
    const slice = (height - low) / step;
    if (Math.abs(slice - Math.round(slice)) > TOLERANCE) {
      throw unevenSlices(file, `a frame ${height - low} mm behind the first, ${step} mm as a rule`);
    }
    return Math.round(slice);
  });
  const depth = Math.round((high - low) / step) + 1;
  const first = positions[heights.indexOf(low)]!;
  const last = positions[heights.indexOf(high)]!;
  const row = (world: number) => {
    const sign = world < 2 ? -1 : 1;
    const along =
      depth === 1 ? across[world]! * step : (last[world]! - first[world]!) / (depth - 1);
    return [
      sign * orientation[world]! * spacing[1]!,
      sign * orientation[world + 3]! * spacing[0]!,
      sign * along,
      sign * first[world]!,
    ] as const;
  };
  const affine = checkedAffine(file, [row(0), row(1), row(2)]);
  return { header: { extent: [columns, rows, depth], channels: 1, affine }, slices };
}

/** Distance of slices: as stated, where it fits, else the smallest between two of them. */
function stepOf(heights: readonly number[], stated: number): number {
  const sorted = heights.toSorted((left, right) => left - right);
  const gaps = sorted.slice(1).map((height, at) => height - sorted[at]!);
  const smallest = Math.min(...gaps.filter((gap) => gap > 1e-3));
  if (!Number.isFinite(smallest)) return stated > 0 ? stated : 1;
  const fits = stated > 0 && smallest > stated * (1 - TOLERANCE);
  return fits ? smallest / Math.round(smallest / stated) : smallest;
}

/** The items of a sequence. */
export function itemsOf(tags: DataSet, tag: string): readonly DataSet[] {
  const { items = [] } = tags.elements[tag] ?? {};
  return items.flatMap(({ dataSet }) => (dataSet === undefined ? [] : [dataSet]));
}

function groupOf(frame: DataSet, shared: DataSet | undefined, tag: string): DataSet | undefined {
  return itemsOf(frame, tag)[0] ?? (shared && itemsOf(shared, tag)[0]);
}

/** Numbers that are the same for all frames. */
function numbers(
  file: string,
  name: string,
  frames: readonly DataSet[],
  textOf: (frame: DataSet) => string | undefined,
): readonly number[] {
  const texts = new Set(frames.map(textOf));
  const [text = ''] = texts;
  const found = text.split('\\').map(Number);
  if (texts.size !== 1 || found.length < 2 || !found.every(Number.isFinite)) {
    throw dicomKind(file, `frames whose ${name} is not stated, or differs`);
  }
  return found;
}
