import type { Summary } from '@raremask/metrics';

/** evaluation.json, as the engine writes it. */
export interface Evaluation {
  readonly split: string;
  /** Which weights: best or last. */
  readonly checkpoint: string;
  /** Epoch of the checkpoint, counted from 1. */
  readonly epoch: number;
  /** What must be said wherever results are shown, for example that the images are synthetic. */
  readonly remark?: string;
  readonly summary: {
    readonly foreground: Summary;
    /** Without the background. */
    readonly classes: readonly { readonly name: string; readonly summary: Summary }[];
  };
  readonly images: readonly EvaluatedImage[];
}

/** What one image scores on any foreground. */
export interface EvaluatedImage {
  readonly id: string;
  /** Foreground pixels of the truth; 0 = an empty image. */
  readonly foreground: number;
  /** Null on an empty image. */
  readonly dice: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly alarms: number;
  readonly structures: number;
  readonly structuresFound: number;
  readonly falseStructures: number;
}
