import { overlaySize } from '../errors.ts';

/** One judged image, as it comes from an evaluation. */
export interface OverlayImage {
  readonly id: string;
  /** [height, width] or [depth, height, width]. */
  readonly size: readonly number[];
  readonly channels: number;
  /** Intensities, channels last, length = product of size x channels. */
  readonly image: Uint8Array | Uint16Array | Float32Array;
  /**
   * Exclusive classes: one class index a pixel. Overlapping classes: 0 or 1 for each class, channels
   * last. 255 = not judged. Absent where there is no truth.
   */
  readonly truth?: Uint8Array;
  /** Laid out like `truth`. */
  readonly predicted: Uint8Array;
  /** Probability of any foreground, one a pixel. */
  readonly foregroundProbability?: Float32Array;
  /** Length of the class axis; exclusive classes: with the background. */
  readonly classes: number;
  readonly overlapping: boolean;
  /** Dice of any foreground; null on an empty image. */
  readonly dice: number | null;
  /** Foreground pixels that are not predicted. */
  readonly misses: number;
  /** Predicted pixels that are not foreground. */
  readonly alarms: number;
  /** Whether the truth has no foreground. */
  readonly empty: boolean;
}

/** One plane of an image, ready to be drawn: small memory, nothing shared with the image. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  /** Grey or RGB, 0 to 255, channels last. */
  readonly pixels: Uint8Array;
  readonly channels: 1 | 3;
  /** 0 background, otherwise a number that differs between classes; 255 not judged. */
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  /** 0 to 255. */
  readonly probability?: Uint8Array;
  /** Index of the plane in a volume. */
  readonly slice?: number;
}

const UNJUDGED = 255;

/** Takes the plane with the most errors out of an image or volume, and levels its intensities. */
export function planeOf(image: OverlayImage): Plane {
  const [height, width] = image.size.slice(-2) as [number, number];
  const depth = image.size.length === 3 ? image.size[0]! : 1;
  const area = height * width;
  checkLengths(image, depth * area);
  const truth = codes(image.truth, image, depth * area);
  const predicted = codes(image.predicted, image, depth * area);
  const slice = depth === 1 ? 0 : worstSlice(truth, predicted, depth, area);
  const from = slice * area;
  const channels = image.channels === 3 ? 3 : 1;
  return {
    height,
    width,
    channels,
    pixels: levelled(image, from, area, channels),
    truth: truth.slice(from, from + area),
    predicted: predicted.slice(from, from + area),
    ...(image.foregroundProbability && {
      probability: bytes(image.foregroundProbability.subarray(from, from + area), 0, 1),
    }),
    ...(image.size.length === 3 && { slice }),
  };
}

function checkLengths(image: OverlayImage, pixels: number): void {
  const labels = image.overlapping ? pixels * image.classes : pixels;
  const all: [string, ArrayLike<number> | undefined, number][] = [
    ['the image', image.image, pixels * image.channels],
    ['the truth', image.truth, labels],
    ['the prediction', image.predicted, labels],
    ['the probability', image.foregroundProbability, pixels],
  ];
  for (const [what, values, expected] of all) {
    if (values !== undefined && values.length !== expected) {
      throw overlaySize(image.id, what, expected, values.length);
    }
  }
}

/** One number a pixel: of overlapping classes, the sum of the powers of two of those present. */
function codes(
  labels: Uint8Array | undefined,
  { overlapping, classes }: OverlayImage,
  pixels: number,
): Uint8Array {
  if (labels === undefined) return new Uint8Array(pixels);
  if (!overlapping) return labels;
  const result = new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let code = 0;
    let unjudged = false;
    for (let index = 0; index < classes; index++) {
      const value = labels[pixel * classes + index]!;
      if (value === UNJUDGED) unjudged = true;
      else if (value !== 0) code |= 1 << Math.min(index, 6);
    }
    result[pixel] = code === 0 && unjudged ? UNJUDGED : code;
  }
  return result;
}

function worstSlice(truth: Uint8Array, predicted: Uint8Array, depth: number, area: number): number {
  let worst = Math.floor(depth / 2);
  let most = 0;
  for (let slice = 0; slice < depth; slice++) {
    let errors = 0;
    for (let pixel = slice * area; pixel < (slice + 1) * area; pixel++) {
      if (truth[pixel] === UNJUDGED) continue;
      if (truth[pixel] !== 0 || predicted[pixel] !== 0) {
        // A structure that is found counts a little, so that a slice with it beats one without.
        errors += (truth[pixel] !== 0) === (predicted[pixel] !== 0) ? 0.01 : 1;
      }
    }
    if (errors > most) {
      most = errors;
      worst = slice;
    }
  }
  return worst;
}

/** Intensities from the 1st to the 99th percentile as 0 to 255. */
function levelled(
  { image, channels }: OverlayImage,
  from: number,
  area: number,
  shown: 1 | 3,
): Uint8Array {
  const values = new Float32Array(area * shown);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < shown; channel++) {
      values[pixel * shown + channel] = image[(from + pixel) * channels + channel]!;
    }
  }
  const at = image instanceof Float32Array ? sorted(values) : counted(values);
  let [low, high] = [at(0.01), at(0.99)];
  if (high <= low) [low, high] = [at(0), at(1)];
  const range = high > low ? high - low : 1;
  return bytes(values, low, range);
}

/** The value that a share of the others are not above. */
type Percentiles = (share: number) => number;

function sorted(values: Float32Array): Percentiles {
  const own = finite(values).sort();
  return (share) => own[Math.round(share * (own.length - 1))] ?? 0;
}

/** The same of whole numbers, which are counted faster than sorted. */
function counted(values: Float32Array): Percentiles {
  const counts = new Uint32Array(2 ** 16);
  for (let at = 0; at < values.length; at++) counts[values[at]!]!++;
  return (share) => {
    let left = Math.round(share * (values.length - 1));
    const found = counts.findIndex((count) => {
      left -= count;
      return left < 0;
    });
    return Math.max(found, 0);
  };
}

/** A copy of the numbers that are finite. */
function finite(values: Float32Array): Float32Array {
  const found = new Float32Array(values.length);
  let count = 0;
  for (const value of values) if (Number.isFinite(value)) found[count++] = value;
  return found.subarray(0, count);
}

/** Numbers from `low` to `low + range` as 0 to 255. */
function bytes(values: Float32Array, low: number, range: number): Uint8Array {
  const result = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    result[at] = Math.round(255 * Math.min(Math.max((values[at]! - low) / range, 0), 1));
  }
  return result;
}
