import type { Draw, Facts, Json, Sample, SurveyedImage } from '@raremask/core';
import type { PlannedAugmentation } from '../augment/makeAugmentations.ts';
import type { Patience } from '../guard/waiting.ts';
import type { Normalization } from '../intensities/normalize.ts';
import type { Resolution } from '../resolution/seenSize.ts';

/** What a reader needs to know besides the data set. */
export interface ReadingPlan {
  readonly facts: Facts;
  readonly normalization: Normalization;
  /** At which size the network sees images; left out, at their own. */
  readonly resolution?: Resolution;
  /** How many times a pixel of each class counts, in the order of the class axis. */
  readonly pixelWeights: readonly number[];
  /** Ids of training images with foreground, for augmentations that take something of others. */
  readonly donors?: readonly string[];
  /** The data set's place and name, and the file URL of its module, for what it does wrong. */
  readonly dataset?: { readonly place?: string; readonly url: string };
  readonly seed: number;
  /** Extents of batches and whole images are filled up to multiples of these. */
  readonly multipleOf: readonly number[];
  /** Bytes of training samples that a reader keeps for the next epochs; left out, it reads each anew. */
  readonly keptBytes?: number;
  /** Whether images that batches show whole are of several sizes. */
  readonly sizesDiffer?: boolean;
}

/** All that decides what a feed hands over; plain data, so that threads can have it. */
export interface FeedPlan extends ReadingPlan {
  readonly dataset: {
    /** What messages call it, for example `data (mine)`. */
    readonly place?: string;
    /** File URL of the plugin's module. */
    readonly url: string;
    /** Options as the manifest has them. */
    readonly rawOptions: Json;
    /** Where relative paths start from. */
    readonly folder: string;
  };
  /** Services that plugins of the manifest provide: threads make their own. */
  readonly services?: readonly {
    readonly url: string;
    readonly rawOptions: Json;
    readonly place: string;
  }[];
  /** Whether the plugin has an `openReader`: threads then need not open the data set. */
  readonly readsSources?: boolean;
  /** Threads; 0 = the main thread reads. */
  readonly workers: number;
}

/** What a thread that reads gets. */
export interface ThreadPlan extends FeedPlan {
  /**
   * Sources of the donors, where samples are read by their sources; left out, the thread opens the data
   * set.
   */
  readonly donorSources?: Sources;
  /** Of the data set as the main thread has it; left out where the thread opens none. */
  readonly ids?: readonly string[];
  /** When it says that a plugin does not answer. */
  readonly patience: Patience;
  readonly augmentations: readonly PlannedAugmentation[];
}

/** How often a thread that turns says so. */
export const BEATS_A_SECOND = 4;

/** What a thread is started with. */
export interface ThreadStart {
  readonly plan: ThreadPlan;
  /** Counted up as long as the thread turns. */
  readonly beat: Int32Array;
}

/** What a data set's reader needs of samples, by id. */
export type Sources = ReadonlyMap<string, unknown>;

/** One thing to read. */
export type ReadJob =
  | {
      readonly kind: 'batch';
      readonly epoch: number;
      readonly index: number;
      readonly draws: readonly Draw[];
      /** Where the draws are a part of a batch that several processes share. */
      readonly part?: BatchPart;
    }
  | { readonly kind: 'whole'; readonly id: string }
  | { readonly kind: 'survey'; readonly id: string };

/** One process's part of a batch: it looks as it does in the whole one. */
export interface BatchPart {
  /** Place of the first own draw. */
  readonly from: number;
  /** Of the whole batch, with the sizes of their images. */
  readonly draws: readonly Draw[];
  readonly sizes: readonly (readonly number[])[];
}

/** What comes of it. */
export type ReadResult = BatchArrays | WholeSample | CountedImage;

/** The arrays of a batch. */
export interface BatchArrays {
  /** Space extents after padding. */
  readonly size: readonly number[];
  /** Normalised, [n, ...size, channels]; 0 beside the image. */
  readonly images: Float32Array;
  /** One-hot or multi-hot, [n, ...size, classes]; zeros at ignored pixels and beside the image. */
  readonly target: Float32Array;
  /**
   * [n, ...size, 1]: weight of the pixel's class (overlapping classes: the largest of those that are
   * there, 1 where none is) times the sample's own weight; 0 at ignored pixels and beside the image.
   */
  readonly weight: Float32Array;
  /** Windows that had foreground before augmentation. */
  readonly masks: number;
  /** Of those, windows that augmentation has left without any. */
  readonly emptied: number;
  /** Windows without foreground that a structure was copied into. */
  readonly pasted: number;
}

/** One batch of training. */
export interface Batch extends BatchArrays {
  readonly draws: readonly Draw[];
}

/** What of a batch is counted beside the losses. */
export type BatchCounts = Pick<Batch, 'draws' | 'masks' | 'emptied' | 'pasted'>;

/** One whole image, ready for the network. */
export interface WholeSample {
  readonly id: string;
  /** Raw, at its own size, with labels where there are any. */
  readonly sample: Sample;
  /** Normalised, [...padded, channels]; the padding is behind the image along each axis and 0. */
  readonly images: Float32Array;
  /** The size at which the network sees the sample: its own, or that of `resolution`. */
  readonly seen: readonly number[];
  /** That size, filled up to multiples of `multipleOf`. */
  readonly padded: readonly number[];
}

/**
 * What a survey keeps of one sample: the facts for plugins, and those for inspection alone. All of them
 * are of the sample as the network sees it.
 */
export interface CountedImage extends SurveyedImage {
  /** Hash of the decoded image, 24 hexadecimal digits: equal for equal pixels. */
  readonly digest: string;
  /** Extent of the largest structure along each space axis; zeros where there is none. */
  readonly extent: readonly number[];
  /** True where resampling, of the data set's own or to `data.resolution`, has lost all of the foreground. */
  readonly emptied: boolean;
  /** Pixels of the image for each that the network sees: 1 where it is seen at its own size. */
  readonly pixelsPerSeen: number;
  /** Size of a pixel of the image along each space axis, in millimetres; zeros where it is not known. */
  readonly pixelSize: readonly number[];
  /** Structures of each class that are seen nowhere, in the order of the class axis. */
  readonly lost: readonly number[];
}
