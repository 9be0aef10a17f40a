/** Scores of the validation split after an epoch; null where the split has no such images. */
export interface EpochScores {
  /** Mean Dice over images with foreground. */
  readonly diceForeground: number | null;
  /** Share of images with foreground in which nothing was predicted. */
  readonly missed: number | null;
  /** Share of empty images with any predicted foreground. */
  readonly alarmShare: number | null;
  /** Mean number of predicted foreground pixels in an empty image. */
  readonly alarmPixels: number | null;
  readonly pooledDice: number | null;
  readonly balanced: number | null;
}

/**
 * What progress shows. Epochs and steps are counted from 1, times are in seconds. The engine's
 * events have this shape.
 */
export type ProgressEvent =
  | {
      readonly type: 'start';
      readonly name: string;
      readonly folder: string;
      readonly backend: {
        readonly name: string;
        readonly reason: string;
        readonly notes: readonly string[];
      };
      readonly epochs: number;
      readonly batchesPerEpoch: number;
      readonly batch: number;
      readonly counts: {
        readonly train: number;
        readonly trainEmpty: number;
        readonly validation: number;
        readonly validationEmpty: number;
      };
      readonly parameters: number;
      readonly classes: readonly string[];
      /** 1, or the epoch that a resumed run goes on with. */
      readonly startEpoch: number;
    }
  | { readonly type: 'survey'; readonly done: number; readonly total: number }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | {
      readonly type: 'validate';
      readonly epoch: number;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly learningRate: number;
      readonly seconds: number;
      readonly imagesPerSecond: number;
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly gradientNorm: number;
      readonly validation?: EpochScores;
      readonly best: boolean;
      readonly secondsLeft: number;
    }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly text: string }
  | {
      readonly type: 'end';
      readonly folder: string;
      readonly bestEpoch: number;
      readonly seconds: number;
      readonly interrupted: boolean;
    };
