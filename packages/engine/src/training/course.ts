import type { TimedState } from '../record/checkpointHead.ts';

/** How far a run is, and when it ends. Epochs are counted from 0. */
export interface Course {
  /** @param done whole epochs */
  isOver(done: number): boolean;
  /** Epochs of the whole run; where time decides, as many as are expected by now. */
  epochs(done: number): number;
  /** What is left of the run; undefined where its time is not known. */
  readonly secondsLeft: number | undefined;
  /**
   * What schedule and ramps hear: epochs done, of `train.epochs`.
   *
   * @param within share of the running epoch that is done
   */
  position(epoch: number, within: number): number;
  /**
   * After a step that has taken so long, one of so many in its epoch; true where time is up, and the rest of
   * the epoch is left out.
   */
  stepped(seconds: number, steps: number): boolean;
  /** Whether an epoch that has just ended is validated. */
  validates(epoch: number): boolean;
  /** After a validation of the whole split. */
  validated(seconds: number): void;
  /** One line on what a budget gave, at the end of the run. */
  given?(run: { readonly epoch: number; readonly totalSteps: number }): string;
  /** For the checkpoint; null where the epochs say everything. */
  state(): TimedState | null;
}

/** A run of so many epochs, validated after every so many. */
export function courseOfEpochs(epochs: number, every: number | 'auto'): Course {
  const apart = every === 'auto' ? 1 : every;
  const isOver = (done: number) => done >= epochs;
  return {
    isOver,
    epochs: () => epochs,
    secondsLeft: undefined,
    position: (epoch, within) => epoch + within,
    stepped: () => false,
    validates: (epoch) => (epoch + 1) % apart === 0 || isOver(epoch + 1),
    validated: () => undefined,
    state: () => null,
  };
}
