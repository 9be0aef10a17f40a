import type { Interval } from './intervals.ts';

/**
 * What a set of images scores on one region. Every number is finite; a score that does not exist
 * (no image of the kind it speaks of) is null, so that it survives JSON. An image counts when at
 * least one of its pixels is scored; it is empty when the truth has no pixel of the region in it.
 */
export interface Summary {
  /** Images with at least one scored pixel. */
  readonly images: number;
  readonly imagesWithForeground: number;
  readonly emptyImages: number;
  /** Mean over the images with foreground of 2 hits / (2 hits + misses + alarms). */
  readonly diceForeground: number | null;
  /** Mean over the images with foreground of hits / (hits + misses + alarms). */
  readonly iouForeground: number | null;
  /** Share of the images with foreground on which nothing at all is predicted. */
  readonly missed: number | null;
  /** Share of the empty images with at least one alarm pixel. */
  readonly alarmShare: number | null;
  /** Share of the empty images with at least so many alarm pixels. */
  readonly alarmShareAtLeast: readonly { readonly pixels: number; readonly share: number | null }[];
  readonly alarmPixelsPerEmptyImage: number | null;
  /** Dice of the counts summed over all images, the empty ones too. */
  readonly pooledDice: number | null;
  /** Hits / (hits + misses), summed over all images. */
  readonly recall: number | null;
  /** Hits / (hits + alarms), summed over all images. */
  readonly precision: number | null;
  /** Connected components of the truth, over all images. */
  readonly structures: number;
  readonly structuresFound: number;
  /** Share of the structures of which at least one pixel is predicted. */
  readonly structureRecall: number | null;
  /** Predicted components that touch no truth, per image, empty or not. */
  readonly falseStructuresPerImage: number | null;
  /**
   * The score that the best checkpoint is chosen by: the geometric mean of `diceForeground` and
   * 1 - `alarmShare`, so that predicting nothing scores 0 and so does an alarm on every empty
   * image. Where only one of the two exists, that one; where there is no image at all, 0.
   */
  readonly balanced: number;
  readonly conventions: Conventions;
  /** Scores that the manifest adds, by name; absent where it adds none. */
  readonly added?: Readonly<Record<string, number | null>>;
  /** Groups that the images belong to, as patients; absent where no intervals were asked for. */
  readonly groups?: number;
  /** 95 % intervals by the key of the score; null where there is none (see `bootstrapIntervals`). */
  readonly intervals?: Readonly<Record<string, Interval | null>>;
}

/**
 * The mean Dice per image that other packages would print, which differ only in what they do with
 * an image whose truth is empty (prediction empty / not empty).
 */
export interface Conventions {
  /** NaN / NaN, left out of the mean: an alarm on an empty image is not counted at all. */
  readonly monai: number | null;
  /** NaN, left out / 0. */
  readonly nnunet: number | null;
  /** 1 / 0 (segmentation_models.pytorch, per image, zero_division = 1). */
  readonly smp: number | null;
  /** 1 / 0 (the rule of the SIIM-ACR pneumothorax competition). */
  readonly kaggle: number | null;
}
