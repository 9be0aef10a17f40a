/** Counts of one region of one image. A region is one foreground class, or any of them. */
export interface RegionCounts {
  /** Pixels that are scored: those whose truth is not IGNORE. */
  readonly pixels: number;
  /** Scored pixels: in the truth and predicted. */
  readonly hits: number;
  /** Scored pixels: in the truth, not predicted. */
  readonly misses: number;
  /** Scored pixels: predicted, not in the truth. */
  readonly alarms: number;
  /** Connected components of the truth (8 neighbours in 2-D, 26 in 3-D). */
  readonly structures: number;
  /** Structures of which at least one pixel is predicted. */
  readonly structuresFound: number;
  /**
   * Connected components of the prediction that touch no pixel of the truth. One that touches an
   * ignored pixel is not called false, since what it covers may be a structure (as COCO does with
   * detections in regions marked as crowds); its scored pixels are alarms all the same.
   */
  readonly falseStructures: number;
}

/**
 * One region of one image: what is predicted beside the truth. Exclusive and overlapping classes look the
 * same. Masks run row by row, the last space axis fastest, and are the score's own copies.
 */
export interface ScoredRegion extends RegionCounts {
  /** Of the image. */
  readonly id: string;
  /** Name of the class; null for any foreground against none. */
  readonly className: string | null;
  /** [height, width] or [depth, height, width]. */
  readonly size: readonly number[];
  /** Size of a pixel along each space axis, in millimetres; absent where the data set does not know it. */
  readonly spacing?: readonly number[];
  /** 1 where the region is predicted and scored, else 0. */
  readonly predicted: Uint8Array;
  /** 1 where the truth has the region and is scored, else 0. */
  readonly truth: Uint8Array;
  /** 1 where a pixel is scored, 0 where it is ignored. */
  readonly scored: Uint8Array;
}

/** Numbers of one image by name, finite; null leaves the image out of what is made of that number. */
export type ImageNumbers = Readonly<Record<string, number | null>>;

/**
 * What was measured of all images of a split that have a scored pixel. Names are those that `measure` gave;
 * another one throws. Nothing here depends on the order of the images.
 */
export interface ScoredSet {
  readonly images: number;
  readonly imagesWithForeground: number;
  readonly emptyImages: number;
  /** Sum over the images that have the number; 0 where none has. */
  sum(name: string): number;
  /** How many images have the number. */
  count(name: string): number;
  /** `sum` / `count`; null where no image has the number. */
  mean(name: string): number | null;
  /** The numbers themselves, ascending, for example for a median. */
  values(name: string): readonly number[];
}

/** What is said of a score wherever it is shown. */
export interface ScoreText {
  /** For tables, for example `Surface Dice at 2 mm`. */
  readonly title: string;
  /** A few words, for a table that is explained elsewhere; left out, the title. */
  readonly short?: string;
  /** `share`: from 0 to 1, and refused beyond; anything else is written behind the number. */
  readonly unit: 'share' | (string & {});
  readonly better: 'higher' | 'lower';
  /** One sentence: how it is made. */
  readonly meaning: string;
  /** One sentence: what it does with an image whose truth is empty. */
  readonly empty: string;
}

/**
 * A score: numbers of each image, and how those of all images become one. It is deterministic, keeps
 * nothing between calls, and works for images of any size.
 */
export interface Score extends ScoreText {
  /**
   * Called for each image, once for any foreground and, where there are several classes, once for each.
   * Images without a scored pixel are left out. The same names every time.
   */
  measure(region: ScoredRegion): ImageNumbers;
  /** Called for all images of a split, and for each alone; null where the score does not exist. */
  of(set: ScoredSet): number | null;
}

/** A score that a manifest adds, as records keep it. */
export interface AddedScoreText extends Required<ScoreText> {
  /** In settings, events, records; its column in metrics.csv is `val_` and this name. */
  readonly name: string;
}

/** Scores that every validated epoch has; no score that is added may be called like them. */
export const EPOCH_SCORES = [
  'diceForeground',
  'missed',
  'alarmShare',
  'alarmPixels',
  'pooledDice',
  'balanced',
] as const;

/**
 * Those of them that may choose the best checkpoint. By the shares of missed images and of alarms, a
 * network that predicts everything, or nothing, would be the best.
 */
export const CHOOSING_SCORES = [
  'balanced',
  'diceForeground',
  'pooledDice',
] as const satisfies readonly (typeof EPOCH_SCORES)[number][];

/** What a score may be called: its name is a column of metrics.csv, and a key of trackers. */
export const SCORE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
