import type { TimedState } from '../record/checkpointHead.ts';
import type { Course } from './course.ts';

/** Share of the budget that is kept free for what follows, at most, before a pass was measured whole. */
const MOST_UNMEASURED = 0.4;
/** Weight of what was known in the moving average of a step's seconds. */
const MEMORY = 0.9;

export interface TimedSettings {
  /** Seconds of the whole command, from its start to its report. */
  readonly budget: number;
  /** `train.epochs`: how long the run was expected to be. */
  readonly length: number;
  readonly every: number | 'auto';
  /** Of the budget, what `auto` gives to validation, with what follows training. */
  readonly validationShare: number;
  /** Seconds since the command began. */
  readonly clock: () => number;
  /** Passes over the validation split that follow training: the search of a decision, the last scoring. */
  readonly passesAfter: number;
  /** Seconds of one pass, as far as is known before the first; 0 without a validation split. */
  readonly pass: number;
  /** What a checkpoint holds of a run that goes on. */
  readonly saved?: TimedState | undefined;
  /** Seconds of training before, of a run that had no budget then. */
  readonly before?: number;
}

/**
 * A run that ends in time. The share of the schedule that is left is spread over the steps that the time
 * left is enough for, anew after each step: it is at its end when time is up, however the machine's speed
 * changes. What follows training, the last validation and the scoring of the best weights, is kept free.
 */
export class TimedCourse implements Course {
  readonly #settings: TimedSettings;
  readonly #before: number;
  #done: number;
  #validation: number;
  #over: boolean;
  #pass: number;
  #step: number | undefined;
  #steps = 1;
  #isFirst = true;

  constructor(settings: TimedSettings) {
    const { saved, budget, before = 0, pass } = settings;
    this.#settings = settings;
    // A few images are no safe measure: training gets its time until a whole pass says otherwise.
    this.#pass = Math.min(pass, (MOST_UNMEASURED * budget) / (1 + settings.passesAfter));
    this.#before = saved?.spent ?? before;
    // A budget that was raised goes on as a run with more epochs does.
    this.#done = Math.min(saved ? (saved.done * saved.budget) / budget : before / budget, 1);
    this.#validation = saved?.validation ?? 0;
    this.#over = saved?.over === true && budget <= saved.budget;
  }

  isOver(): boolean {
    return this.#over;
  }

  epochs(done: number): number {
    if (this.#over) return done;
    if (this.#step === undefined) return Math.max(this.#settings.length, done + 1);
    return done + Math.max(Math.ceil(this.#trainingLeft / (this.#costOfStep * this.#steps)), 1);
  }

  get secondsLeft(): number {
    return Math.max(this.#settings.budget - this.spent, 0);
  }

  /** Seconds of the budget that are used. */
  get spent(): number {
    return this.#before + this.#settings.clock();
  }

  /** Seconds of all validations so far. */
  get validation(): number {
    return this.#validation;
  }

  position(): number {
    return this.#done * this.#settings.length;
  }

  stepped(seconds: number, steps: number): boolean {
    this.#steps = steps;
    if (this.#isFirst) this.#isFirst = false;
    else {
      // The first step of a process compiles, and says nothing of the others.
      this.#step =
        this.#step === undefined ? seconds : MEMORY * this.#step + (1 - MEMORY) * seconds;
    }
    const left = this.#trainingLeft;
    if (this.#step !== undefined) {
      const stepsLeft = Math.max(left / this.#costOfStep, 0);
      this.#done += (1 - this.#done) / (stepsLeft + 1);
    }
    this.#over = left < (this.#step ?? 0) / 2;
    return this.#over;
  }

  validates(epoch: number): boolean {
    if (this.#over) return true;
    const { every } = this.#settings;
    if (every !== 'auto') return (epoch + 1) % every === 0;
    const allowed = this.#validationShare * this.spent;
    return this.#validation + this.#pass <= allowed;
  }

  validated(seconds: number): void {
    this.#validation += seconds;
    this.#pass = seconds;
    // What a validation has taken may have used up the rest.
    if (this.#trainingLeft < (this.#step ?? 0) / 2) this.#over = true;
  }

  given({ epoch, totalSteps }: { readonly epoch: number; readonly totalSteps: number }): string {
    const { budget } = this.#settings;
    const share = Math.round((100 * this.#validation) / budget);
    const steps = this.#step === undefined ? '' : `, a step in ${seconds(this.#step)}`;
    return `the budget of ${seconds(budget)} gave ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'} of ${this.#settings.length} expected, ${totalSteps} steps${steps}; validation took ${seconds(this.#validation)} (${share} %); ${seconds(this.secondsLeft)} are left for the last scoring and the report`;
  }

  state(): TimedState {
    return {
      budget: this.#settings.budget,
      spent: this.spent,
      done: this.#done,
      validation: this.#validation,
      over: this.#over,
    };
  }

  /** Seconds for steps and the validations between them. */
  get #trainingLeft(): number {
    return this.#settings.budget - this.spent - this.#after;
  }

  /** Seconds that the last validation takes, and what follows it. */
  get #after(): number {
    const { budget, passesAfter } = this.#settings;
    return (1 + passesAfter) * this.#pass + 2 + 0.01 * budget;
  }

  /** Share of the time so far that validations between epochs may have taken. */
  get #validationShare(): number {
    const { budget, passesAfter, validationShare } = this.#settings;
    return Math.max(validationShare - ((1 + passesAfter) * this.#pass) / budget, 0);
  }

  /** Seconds of a step, with its part of a validation between epochs. */
  get #costOfStep(): number {
    const step = this.#step ?? 0;
    const { every } = this.#settings;
    if (every !== 'auto') return step + this.#pass / (every * this.#steps);
    return Math.min(step + this.#pass / this.#steps, step / (1 - this.#validationShare));
  }
}

function seconds(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)} s`;
}
