import type { DatasetFacts, Facts } from './facts.ts';

/** The label of a pixel that nobody has judged: it neither trains nor scores. */
export const IGNORE = 255;

/** What a sample's file says of the size of its pixels; nobody vouches for it. */
export interface PixelSize {
  /** Along each space axis, in millimetres; absent where the file says nothing that is a scale. */
  readonly millimetres?: readonly number[];
  /** What stands in the file, for messages, for example "no pixel size" or "72 per inch (JFIF)". */
  readonly said: string;
}

/** One image, with its truth where there is one, as plain memory. */
export interface Sample {
  readonly id: string;
  /** Extent along each space axis: [height, width], or [depth, height, width]. */
  readonly size: readonly number[];
  /** Raw intensities, channels last, length = product of size x channels. */
  readonly image: Uint8Array | Uint16Array | Float32Array;
  /**
   * Exclusive classes: one class index a pixel, length = product of size.
   * Overlapping classes: 0 or 1 for each class, channels last, length = product of size x classes.
   * IGNORE (255) marks what nobody has judged. Absent where there is no truth (prediction).
   */
  readonly labels?: Uint8Array;
  /** How many times each pixel counts; absent = once. Length = product of size. */
  readonly weight?: Float32Array;
  /**
   * Size of a pixel along each space axis, in millimetres, where samples differ in it; absent = that of
   * the facts.
   */
  readonly spacing?: readonly number[];
  /**
   * What the file says of its pixels' size, for a manifest that trusts it (`data.resolution: { pixelSize }`)
   * and for `inspect`; scores and plugins go by `spacing` alone. Absent = the data set does not look.
   */
  readonly pixelSize?: PixelSize;
  /** True where the truth had foreground that the data set's own resampling has lost, all of it. */
  readonly emptied?: boolean;
}

/** What a network said of one sample. */
export interface Prediction {
  readonly id: string;
  /** Extent along each space axis. */
  readonly size: readonly number[];
  /** In the form of a sample's labels: a class index a pixel, or 0 or 1 for each class. */
  readonly labels: Uint8Array;
  /** Probability of each class, channels last, length = product of size x classes. */
  readonly probabilities: Float32Array;
  /**
   * Of several networks together: standard deviation over them of the probability of any foreground, 0 to 0.5,
   * length = product of size. Absent of one network.
   */
  readonly doubt?: Float32Array;
}

/** A prediction as it is kept: of one sample, or of several that were put together. */
export interface WrittenPrediction extends Prediction {
  readonly files: readonly {
    /** Below the folder of the predictions, with `/`. */
    readonly path: string;
    readonly bytes: Uint8Array;
  }[];
}

/** Reads samples by their `source`, in a thread that has not opened the data set. */
export interface SourceReader {
  /**
   * Reads one sample, the same as the data set's own `read`; called in any order and at the same time for
   * several ids.
   *
   * @param source what the data set's `source(id)` has given
   */
  read(id: string, source: unknown): Promise<Sample>;
  dispose?(): void;
}

/** Where images and truth come from. Lives in the main thread and, without `source`, once in each worker thread. */
export interface Dataset {
  readonly facts: DatasetFacts;
  /** The folder of the data, absolute: list files of the splits are looked for there too. */
  readonly root?: string;
  /**
   * All samples, in a fixed order, without repeats. One that is known to be unusable when the data set
   * is opened stands among them too: opening throws where no sample can be used, and only then.
   */
  readonly ids: readonly string[];
  /** Patient, tile, field of view: a split never cuts through a group. */
  group(id: string): string | undefined;
  /**
   * Reads one sample; called in any order and at the same time for several ids. Throws where the sample
   * cannot be used, with its file and the reason: jobs list it and go on, or name it and stop.
   */
  read(id: string): Promise<Sample>;
  /**
   * A short text that changes when the sample's files change (sizes and times of modification),
   * so that what was counted once need not be counted again.
   */
  fingerprint?(id: string): Promise<string>;
  /**
   * What the plugin's `openReader` needs to read this sample: plain data, as another thread can be handed.
   * Throws what `read` would where the sample is known to be unusable. With both, reading threads list
   * nothing themselves and hold nothing of the set; left out, each thread opens the data set anew.
   */
  source?(id: string): unknown;
  /** The files behind a sample, for messages and reports. */
  files?(id: string): { readonly image: string; readonly mask?: string };
  /**
   * Turns a prediction back to where the sample's file has its pixels; for a data set whose `read` turns
   * or mirrors them. Left out, they lie there already. Asked where `writePredictions` is left out.
   */
  inFileFrame?(prediction: Prediction): Promise<Prediction>;
  /**
   * The id of the prediction that a sample's becomes part of, for a data set whose `writePredictions`
   * puts several together: these follow each other in `ids`, and are predicted by one process. Left out,
   * each prediction is written by itself.
   */
  writtenAs?(id: string): string;
  /**
   * Puts predictions into the data set's own kind of file. Left out, two-dimensional predictions
   * become PNG, and three-dimensional ones are refused.
   *
   * @param predictions of `ids`, in their order: all of them, or all that are `writtenAs` some of the ids
   * @param wanted `facts` are those of the training, `probabilities` whether these are to be kept too
   * @returns what is written next: the caller writes each file whole or not at all
   */
  writePredictions?(
    predictions: AsyncIterable<Prediction>,
    wanted: { readonly facts: Facts; readonly probabilities: boolean },
  ): AsyncIterable<WrittenPrediction>;
  dispose?(): void;
}
