import { tf } from '@raremask/tfjs';
import type { StepProgram } from '../step/program.ts';
import { type StateEntry, type StepState, stateLayout, type TrainingState } from '../step/state.ts';
import {
  finishStep,
  gatherStep,
  type StepOutput,
  trainStep,
  updateStep,
} from '../step/trainStep.ts';
import type { StepCall, StepResult, UpdateCall } from './runner.ts';

/**
 * What a step does: the whole of an update; or it only gathers a gradient; or it finishes an update of
 * several batches; or it updates with what was gathered, and has no batch.
 */
export type StepPart = BatchPart | 'update';
type BatchPart = 'whole' | 'gather' | 'finish';

export function partOf({ gathering }: StepCall): BatchPart {
  if (gathering === undefined) return 'whole';
  return gathering.last ? 'finish' : 'gather';
}

const KINDS = ['weights', 'buffers', 'slots', 'averages', 'gathered'] as const;
type Kind = (typeof KINDS)[number];

const READS: Readonly<Record<StepPart, readonly Kind[]>> = {
  whole: ['weights', 'buffers', 'slots', 'averages'],
  gather: ['weights', 'buffers', 'gathered'],
  finish: KINDS,
  update: KINDS,
};
const WRITES: Readonly<Record<StepPart, readonly Kind[]>> = {
  whole: ['weights', 'buffers', 'slots', 'averages'],
  gather: ['buffers', 'gathered'],
  finish: ['weights', 'buffers', 'slots', 'averages'],
  update: ['weights', 'slots', 'averages'],
};

/** A run's whole state as one list. */
export function inOrder<T>(state: TrainingState<T>): T[] {
  return KINDS.flatMap((kind) => state[kind]);
}

/** The same list, by kind. */
export function byKind<T>(program: StepProgram, list: readonly T[]): TrainingState<T> {
  const { take } = reader(list);
  const layout = stateLayout(program);
  const kinds = KINDS.map((kind) => [kind, take(layout[kind].length)] as const);
  return Object.fromEntries(kinds) as Record<Kind, T[]>;
}

/**
 * The one place that knows in which order a step takes its inputs and gives its results. Inputs: the
 * state that it reads, the batch, the numbers. Results: what it says, and the state that it writes.
 */
export class StepInputs {
  readonly #program: StepProgram;
  readonly #part: StepPart;
  readonly #numbers: readonly string[];
  /** Places in the list of the whole state: of what is read, and of what is written. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** How many results come before the state. */
  readonly reported: number;

  constructor(program: StepProgram, part: StepPart) {
    this.#program = program;
    this.#part = part;
    this.#numbers = Object.keys(program.optimizer.numbers?.(1) ?? {});
    this.reads = placesOf(program, READS[part]);
    this.writes = placesOf(program, WRITES[part]);
    this.reported = program.outcomes && part !== 'update' ? 2 : 1;
  }

  /** Shapes of all inputs. @param image [count, ...size]; of an update, nothing */
  shapes(image: readonly number[]): (readonly number[])[] {
    const { facts } = this.#program;
    const state = inOrder<StateEntry>(stateLayout(this.#program));
    const depths = this.#part === 'update' ? [] : [facts.channels, facts.classes.length, 1];
    return [
      ...this.reads.map((place) => state[place]!.shape),
      ...depths.map((depth) => [...image, depth]),
      ...this.#scalars().map(() => []),
      ...(this.#joins ? [[this.#program.processes!.size], []] : []),
    ];
  }

  /** What a call brings, after the state. */
  values(call: StepCall | UpdateCall): Float32Array[] {
    const scalars = this.#scalars().map((of) => Float32Array.of(of(call as StepCall)));
    if (this.#part === 'update') return scalars;
    const { images, target, weight, processes } = call as StepCall;
    const joined = this.#joins
      ? [Float32Array.from(processes!.shares), Float32Array.of(processes!.images)]
      : [];
    return [images, target, weight, ...scalars, ...joined];
  }

  /** Whether the batch is a part of one that several processes share. */
  get #joins(): boolean {
    return this.#part !== 'update' && this.#program.processes !== undefined;
  }

  /** A step on inputs in this order; its results in theirs. The caller owns them. */
  run(
    program: StepProgram,
    inputs: readonly tf.Tensor[],
    uniform: (shape: readonly number[]) => tf.Tensor,
  ): tf.Tensor[] {
    return tf.tidy(() => {
      const { take, one } = reader(inputs);
      const layout = stateLayout(program);
      const state = Object.fromEntries(
        KINDS.map((kind) => [
          kind,
          READS[this.#part].includes(kind) ? take(layout[kind].length) : [],
        ]),
      ) as unknown as StepState;
      const scalar = () => one() as tf.Scalar;
      const update = () => ({
        learningRate: scalar(),
        numbers: Object.fromEntries(this.#numbers.map((name) => [name, scalar()])),
        decay: program.average ? scalar() : undefined,
      });
      if (this.#part === 'update') {
        const { state: moved, gradientNorm } = updateStep(program, state, update());
        return [gradientNorm!, ...WRITES.update.flatMap((kind) => moved[kind]!)];
      }
      const batch = { images: one(), target: one(), weight: one(), uniform };
      const steps = {
        update,
        gather: () => ({ share: scalar(), keep: scalar() }),
        batch: () => ({
          ...batch,
          termWeights: program.losses.map(scalar),
          lossScale: program.scaled ? scalar() : undefined,
          ...(program.processes && {
            processes: { shares: one() as tf.Tensor1D, images: scalar() },
          }),
        }),
      };
      switch (this.#part) {
        case 'whole':
          return this.#results(trainStep(program, state, { ...steps.update(), ...steps.batch() }));
        case 'gather':
          return this.#results(gatherStep(program, state, { ...steps.gather(), ...steps.batch() }));
        case 'finish':
          return this.#results(
            finishStep(program, state, { ...steps.update(), ...steps.gather(), ...steps.batch() }),
          );
      }
    });
  }

  /** What a step says, by name. */
  report([monitor, outcomes]: readonly Float32Array[]): StepResult {
    const { take, one } = reader([...monitor!]);
    const loss = one();
    const terms = take(this.#program.losses.length);
    const { scaled } = this.#program;
    const norm = scaled || this.#part !== 'gather' ? one() : null;
    const hasLoss = [loss, ...terms].every(Number.isFinite);
    return {
      loss,
      terms,
      gradientNorm: this.#part === 'gather' ? null : norm,
      ...(scaled && { overflowed: hasLoss && !Number.isFinite(norm) }),
      ...(this.#program.outcomes && { outcomes: pairs(outcomes!) }),
    };
  }

  /** The numbers of a call, in order. */
  #scalars(): ((call: StepCall) => number)[] {
    const update: ((call: StepCall) => number)[] = [
      ({ learningRate }) => learningRate,
      ...this.#numbers.map(
        (name) =>
          ({ numbers }: StepCall) =>
            numbers[name]!,
      ),
      ...(this.#program.average ? [({ decay }: StepCall) => decay!] : []),
    ];
    const gather: ((call: StepCall) => number)[] = [
      ({ gathering }) => gathering!.share,
      ({ gathering }) => (gathering!.first ? 0 : 1),
    ];
    const terms = this.#program.losses.map(
      (_, index) =>
        ({ termWeights }: StepCall) =>
          termWeights[index]!,
    );
    return [
      ...(this.#part === 'gather' ? [] : update),
      ...(this.#part === 'whole' || this.#part === 'update' ? [] : gather),
      ...(this.#part === 'update' ? [] : terms),
      ...(this.#part === 'update' || !this.#program.scaled
        ? []
        : [({ lossScale }: StepCall) => lossScale!]),
    ];
  }

  #results({ state, loss, terms, gradientNorm, outcomes }: StepOutput): tf.Tensor[] {
    return [
      tf.stack([loss, ...terms, ...(gradientNorm ? [gradientNorm] : [])]),
      ...(outcomes ? [outcomes] : []),
      ...WRITES[this.#part].flatMap((kind) => state[kind]!),
    ];
  }
}

/**
 * Whether the state that a step has made may be taken: all that it says of losses and gradient is finite. Else the
 * state stays as it was, so that the step can be looked at again.
 *
 * @param said what the step reports, its numbers first
 */
export function isUsable([monitor]: readonly Float32Array[]): boolean {
  return monitor!.every(Number.isFinite);
}

/** Places of some kinds in the list of the whole state. */
export function placesOf(program: StepProgram, kinds: readonly Kind[]): number[] {
  const layout = stateLayout(program);
  return KINDS.flatMap((kind) => layout[kind].map(() => kind)).flatMap((kind, place) =>
    kinds.includes(kind) ? [place] : [],
  );
}

/** Takes a list apart from its beginning. */
function reader<T>(list: readonly T[]) {
  let at = 0;
  const take = (count: number): T[] => {
    at += count;
    return list.slice(at - count, at);
  };
  return { take, one: (): T => take(1)[0]! };
}

function pairs(values: Float32Array) {
  return Array.from({ length: values.length / 2 }, (_, sample) => ({
    loss: values[2 * sample]!,
    alarms: values[2 * sample + 1]!,
  }));
}
