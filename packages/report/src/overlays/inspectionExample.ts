import type { RecordedExample } from '@raremask/record';
import { encode } from 'fast-png';
import { drawOverlay } from './overlayPicture.ts';
import { planeOf } from './plane.ts';

/** A sample of a data set, chosen to be looked at. */
export interface ExampleSample {
  readonly sample: {
    readonly id: string;
    readonly size: readonly number[];
    readonly image: Uint8Array | Uint16Array | Float32Array;
    readonly labels?: Uint8Array;
  };
  readonly split: string;
  readonly kind: RecordedExample['kind'];
  /** Pixels of any class. */
  readonly foreground: number;
  /** Length of the class axis. */
  readonly classes: number;
  readonly overlapping: boolean;
}

/** The same, drawn. */
export interface InspectionExample extends Omit<RecordedExample, 'file'> {
  readonly png: Uint8Array;
}

/** Draws the image, and beside it the part around its structures with the outlines of the truth. */
export function drawExample({ sample, ...example }: ExampleSample): InspectionExample {
  const { id, size, image, labels } = sample;
  const pixels = size.reduce((product, extent) => product * extent, 1);
  const plane = planeOf({
    id,
    size,
    image,
    channels: image.length / pixels,
    ...(labels && { truth: labels }),
    // Nothing is predicted here: the outlines are those of the truth alone.
    predicted: new Uint8Array(labels?.length ?? pixels),
    classes: example.classes,
    overlapping: example.overlapping,
    dice: null,
    misses: 0,
    alarms: 0,
    empty: example.foreground === 0,
  });
  const { width, height, data } = drawOverlay(plane, false);
  return {
    id,
    split: example.split,
    kind: example.kind,
    foreground: example.foreground,
    size,
    ...(plane.slice !== undefined && { slice: plane.slice }),
    width,
    height,
    png: encode({ width, height, data, channels: 3, depth: 8 }),
  };
}
