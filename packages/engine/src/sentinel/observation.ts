/** What one epoch, or a stretch of a long one, has shown; plain data, so that a resumed run goes on with what was seen before. */
export interface EpochObservation {
  /** Counted from 1; of a stretch of a long epoch, the number of the stretch. */
  readonly epoch: number;
  /** Of a stretch: where it began, both counted from 1. */
  readonly from?: Place;
  /** Of a stretch: whether the learning rate is still rising to its value. */
  readonly isWarming?: boolean;
  /** Of the last step, and as a share of the largest so far. */
  readonly learningRate: number;
  readonly rateShare: number;
  /** Mean over the epoch's batches; each term as it enters the sum. */
  readonly loss: number;
  readonly terms: readonly number[];
  readonly gradientNorm: number;
  readonly make: BatchesSeen;
  /** How far the weights have gone, by their length; absent in older files. */
  readonly moved?: number;
  /** Absent where the epoch was not validated. */
  readonly seen?: ValidationSeen;
  readonly pull?: Pull;
  /** Whether the last batch, seen as in prediction, is as the step saw it; absent where it was not tried. */
  readonly modes?: Modes;
}

/** A batch of a run. */
export interface Place {
  readonly epoch: number;
  readonly step: number;
}

/** What the batches of an epoch were made of. */
export interface BatchesSeen {
  readonly batches: number;
  readonly images: number;
  /** Images, or windows, that show foreground after augmentation. */
  readonly withForeground: number;
  /** Batches without any. */
  readonly bare: number;
}

/** What the network says of the validation images, those with foreground and those without apart. */
export interface ValidationSeen {
  readonly withForeground: number;
  readonly empty: number;
  /** Share of the images with foreground on which nothing is predicted; null of none. */
  readonly missed: number | null;
  readonly dice: number | null;
  /** Share of the empty images with any prediction; null of none. */
  readonly alarms: number | null;
  /** Share of the pixels predicted as foreground, of all images. */
  readonly predicted: number;
  /** Mean probability of foreground: on true foreground, beside it, and on empty images. */
  readonly onTruth: number | null;
  readonly beside: number | null;
  readonly onEmpty: number | null;
  /** On the foreground of another image, where this one has none: a shuffled control. */
  readonly onOther: number | null;
  /**
   * Images with foreground whose prediction was also held against the foreground of another one, with their mean Dice and
   * the one that they would have there; absent where sizes differ, and in older files.
   */
  readonly compared?:
    | { readonly images: number; readonly dice: number; readonly diceOther: number }
    | undefined;
}

/**
 * How each loss term pulls at the logits of a few validation images, weighted as in the sum: the norm of its
 * gradient by image, averaged over those with foreground and over those without.
 */
export interface Pull {
  readonly terms: readonly { readonly filled: number; readonly empty: number }[];
  /** Factor of each term in the sum. */
  readonly weights: readonly number[];
  /** The same of their sum. */
  readonly filled: number;
  readonly empty: number;
  /** Root of the summed squared error of the probabilities: what there is to pull at. */
  readonly filledError: number;
  readonly emptyError: number;
  /** Images of each kind; the figures of a kind of which there is none are 0. */
  readonly filledImages: number;
  readonly emptyImages: number;
}

/** The loss of one batch as its step saw it, and with running statistics, as predictions see it. */
export interface Modes {
  readonly training: number;
  readonly prediction: number;
}
