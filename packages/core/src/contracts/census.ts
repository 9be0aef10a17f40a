/** A connected component of one class in one image. */
export interface Structure {
  /** Index of the class. */
  readonly class: number;
  readonly pixels: number;
  /** A pixel of the structure, near its middle, in space coordinates. */
  readonly centre: readonly number[];
}

/** What one reading of one sample has counted. */
export interface SurveyedImage {
  readonly id: string;
  readonly size: readonly number[];
  /** Pixels of each class. Exclusive classes: with the background first. */
  readonly classPixels: readonly number[];
  /** Pixels marked IGNORE. */
  readonly ignoredPixels: number;
  /** Foreground structures, the largest first; `structureCount` of them exist, at most 256 are kept. */
  readonly structures: readonly Structure[];
  readonly structureCount: number;
  /** By channel. */
  readonly intensity: readonly IntensityFact[];
}

/** Raw intensities of one channel of one image. */
export interface IntensityFact {
  readonly mean: number;
  /** Mean of the squares, so that facts of several images can be pooled. */
  readonly meanSquare: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Counted facts about a set of images, for samplers and for inspection. */
export interface Survey {
  /** Ids of the training split, in the data set's order. */
  readonly train: readonly string[];
  /** The counted facts of one sample of any split. Throws for an id that does not exist. */
  image(id: string): SurveyedImage;
  /** True where the sample has a pixel of any foreground class. */
  hasForeground(id: string): boolean;
  /**
   * Extents that whole images are filled up to, where the manifest names them: then images of several
   * sizes fit into one batch.
   */
  readonly filledTo?: readonly number[];
}

/** Frequencies over the training split, for losses and models. */
export interface Census {
  readonly images: number;
  /** Images without any foreground pixel. */
  readonly emptyImages: number;
  /** Pixels that are not ignored. */
  readonly pixels: number;
  /** One entry a class, in the order of the class axis. */
  readonly classes: readonly ClassCensus[];
}

export interface ClassCensus {
  readonly name: string;
  readonly pixels: number;
  /** Share of all pixels that are not ignored, 0 to 1. */
  readonly share: number;
  /** Images with at least one pixel of the class. */
  readonly images: number;
  /** Connected components (0 for the background). */
  readonly structures: number;
  /** Mean size of a structure in pixels; 0 where there is none. */
  readonly meanStructure: number;
}
