/** What `raremask lab` says of a set of losses, as the lab hands it over. */
export interface LabReport {
  /** What the losses belong to: a manifest's name, or where they are installed. */
  readonly title: string;
  /** Class names, the background first where there is one. */
  readonly classes: readonly string[];
  /** Pixels of the structure that is missed. */
  readonly structure: number;
  /** What to do, over all losses, in two sentences. */
  readonly advice: string;
  readonly losses: readonly LabLoss[];
  /** Losses that could not be tried, and why. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

/** One loss in all situations. */
export interface LabLoss {
  readonly name: string;
  readonly options?: unknown;
  readonly verdict: string;
  readonly findings: readonly { readonly verdict: string; readonly because: string }[];
  readonly advice: string;
  /** In units of cross-entropy's gradient. */
  readonly falseGradient: number;
  readonly missedGradient: number;
  readonly balance: number | null;
  /** One entry an image size, the smallest first. */
  readonly trials: readonly {
    readonly side: number;
    /** Empty images with 0, 1, 10 and 100 false pixels. */
    readonly values: readonly number[];
    readonly curve: readonly {
      readonly falsePixels: number;
      readonly value: number;
      readonly gradient: number;
    }[];
    readonly rows: readonly {
      readonly situation: string;
      readonly value: number;
      readonly falseGradient: number | null;
      readonly missedGradient: number | null;
    }[];
  }[];
}
