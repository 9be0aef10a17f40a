import type { TrainingFigures } from './figures.ts';
import type { Costs } from './rehearse.ts';

/** What a budget comes to on a machine: what is chosen, and what it costs there. */
export interface Within {
  /** As it was written, for example 10m. */
  readonly budget: string;
  readonly seconds: number;
  readonly filters: number;
  /** Pixels along each axis that the network takes together. */
  readonly patch: 1 | 2;
  /** Factor of both sides of an image. */
  readonly resolution: number;
  /** Share of the structures that keeps 4 pixels there, of the class that loses the most. */
  readonly kept: number;
  /** Dice that masks have with themselves there, of the class that loses the most; undefined where none was tried. */
  readonly dice?: number | undefined;
  /** What a network can draw of masks: the same, and less where it takes pixels together. */
  readonly drawn: number;
  /** The same of what would have left more steps, where this was taken for its sake. */
  readonly spared?: Pick<Within, 'resolution' | 'patch' | 'drawn' | 'steps'>;
  /** Whether it is the finest at which a step shows enough: finer ones were left out for that, not for their time. */
  readonly isFinestShown?: boolean;
  readonly costs: Costs;
  /** Steps that fit. */
  readonly steps: number;
  /** Seconds of a pass over the validation split. */
  readonly pass: number;
  /** Seconds of all passes at the end, and of those where images are seen mirrored as well. */
  readonly last: { readonly plain: number; readonly mirrored: number };
  /** The figures at that resolution. */
  readonly figures: TrainingFigures;
}
