import type { Sample } from './dataset.ts';
import type { RandomStream } from './random.ts';

/**
 * In the plane of the last two axes, row by row: from (y, x) beside the middle of the result to (y, x)
 * beside the middle of the window that it comes from.
 */
export type Affine = readonly [number, number, number, number];

/** Where each pixel comes from besides, in pixels along the rows' axis and the columns'; [height, width]. */
export interface Displacement {
  readonly y: Float32Array;
  readonly x: Float32Array;
}

/**
 * Where the pixels of a changed window come from, the image and its truth alike. What is left out stays.
 * Neighbours in a manifest become one resampling: right angles and affines in their order, then the sum
 * of the displacements.
 */
export interface Places {
  /** Exchanges the last two axes; only where they are equally long. */
  readonly transpose?: boolean;
  /** Reverses axes, after the exchange: one a space axis. */
  readonly flips?: readonly boolean[];
  /** Two-dimensional images only. */
  readonly affine?: Affine;
  /** Two-dimensional images only. */
  readonly displacement?: Displacement;
}

/** Another training image, for changes that bring something of it. To read only. */
export interface Donor {
  /**
   * Raw, at its own size, with labels. It is the same object again only as long as it holds the same, so that
   * what was found of it may be remembered by it (a WeakMap).
   */
  readonly sample: Sample;
  /** One of its intensities in the units of the window's image. */
  normalize(value: number, channel: number): number;
}

/** One window of a training batch. Its arrays are the augmentation's to change in place. */
export interface AugmentedWindow {
  /** Extent of the arrays along each space axis: [height, width], or [depth, height, width]. */
  readonly size: readonly number[];
  /** Extent of what was drawn; what is beyond it was added so that the network can take the window. */
  readonly drawn: readonly number[];
  readonly channels: number;
  /** Normalised intensities, [...size, channels]. Those beside the image mean nothing, and end as 0. */
  readonly image: Float32Array;
  /**
   * As a sample's: class indices, [...size], or 0 and 1 for each overlapping class, [...size, classes];
   * IGNORE where nobody has judged, and beside the image.
   */
  readonly labels: Uint8Array;
  /** How many times each pixel counts, [...size]; the weights of classes come on top. */
  readonly weight: Float32Array;
  /** 1 where the window shows something of the image, 0 beside it, [...size]. To read only. */
  readonly inside: Uint8Array;
  /** Size of a pixel along each space axis of the data set, in millimetres, where it is known. */
  readonly spacing?: readonly number[];
  /** Whether the whole image that it was cut from has no foreground. */
  readonly empty: boolean;
  /**
   * Reads a training image with foreground that the stream chooses. There for an augmentation that says
   * `donors`, and left out where the background does not count.
   */
  donor?(draw: RandomStream): Promise<Donor>;
}

/** Arrays that take the place of a window's, of the same length. */
export type ChangedArrays = Partial<Pick<AugmentedWindow, 'image' | 'labels' | 'weight'>>;

/**
 * A random change of training windows, made once in each reading thread. It has `places`, `window` or
 * both, and keeps nothing from one window to the next: what it does follows from its arguments alone.
 * Its stream `draw` is fixed by seed, epoch, place of the window in the epoch, and the plugin's name,
 * whatever the number of threads.
 */
export interface Augmentation {
  /** Axes of the only images that it can change; left out, it takes images and volumes. */
  readonly space?: 2 | 3;
  /** Whether it takes something of other images. */
  readonly donors?: boolean;
  /**
   * Moves pixels. Nothing, where the window stays as it is.
   *
   * @param size extent of the window along each space axis
   */
  places?(size: readonly number[], draw: RandomStream): Places | undefined;
  /** Changes values, in place, or by giving back other arrays. */
  window?(
    window: AugmentedWindow,
    draw: RandomStream,
    // biome-ignore lint/suspicious/noConfusingVoidType: most change the window in place
  ): ChangedArrays | void | Promise<ChangedArrays | void>;
}
