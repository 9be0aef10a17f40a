import type { Tensor } from '@tensorflow/tfjs';
import type { StepProgram } from './program.ts';

/** What a network is used with. */
export interface NetworkState<T> {
  /** In the order of `Model.weights`. */
  readonly weights: readonly T[];
  /** In the order of `Model.buffers`. */
  readonly buffers: readonly T[];
}

/** Everything that training changes, as tensors or as arrays whose elements tfjs orders. */
export interface TrainingState<T> extends NetworkState<T> {
  /** The optimizer's memory: its first slot of all weights, then its second one, and so on. */
  readonly slots: readonly T[];
  /** Moving averages of the weights, then of the buffers; empty where none are kept. */
  readonly averages: readonly T[];
  /** Gradients of the batches since the last update, one a weight; empty where every batch updates. */
  readonly gathered: readonly T[];
}

export type StepState = TrainingState<Tensor>;

/** What a tensor of the state is called, and its shape. */
export interface StateEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The tensors of a run's state, in order. */
export function stateLayout(program: StepProgram): TrainingState<StateEntry> {
  const { model, optimizer, average, accumulate } = program;
  const named = (prefix: string, entries: readonly StateEntry[]) =>
    entries.map(({ name, shape }) => ({ name: `${prefix}.${name}`, shape }));
  return {
    weights: model.weights,
    buffers: model.buffers,
    slots: optimizer.slots.flatMap((slot) => named(slot, model.weights)),
    averages: average ? [...named('weight', model.weights), ...named('buffer', model.buffers)] : [],
    gathered: accumulate ? model.weights : [],
  };
}

/** What a run starts with. */
export function initialState(program: StepProgram): TrainingState<Float32Array> {
  const { model } = program;
  const { slots, averages, gathered } = stateLayout(program);
  const weights = model.weights.map(({ initial }) => Float32Array.from(initial));
  const buffers = model.buffers.map(({ initial }) => Float32Array.from(initial));
  return {
    weights,
    buffers,
    slots: slots.map(zeros),
    averages: averages.length > 0 ? [...weights, ...buffers].map((values) => values.slice()) : [],
    gathered: gathered.map(zeros),
  };
}

/** What each kind of tensor is called in messages. */
const KINDS = {
  weights: 'the weight',
  buffers: 'the running statistic',
  slots: 'the slot',
  averages: 'the average of',
  gathered: 'the gathered gradient of',
} as const satisfies Record<keyof TrainingState<unknown>, string>;

/** A tensor of the state with a number that is not finite. */
export interface Unusable {
  readonly name: string;
  /** Running statistics are the model's, gathered gradients those of batches; the rest is what an update has made. */
  readonly of: 'model' | 'gradient' | 'update';
}

/** What a step has left unusable: the first tensor with a number that is not finite. */
export function unusableIn(
  program: StepProgram,
  state: TrainingState<Float32Array>,
): Unusable | undefined {
  const layout = stateLayout(program);
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    const broken = state[kind].findIndex((values) => !areFinite(values));
    if (broken < 0) continue;
    const of = kind === 'buffers' ? 'model' : kind === 'gathered' ? 'gradient' : 'update';
    return { name: `${KINDS[kind]} ${layout[kind][broken]!.name}`, of };
  }
  return undefined;
}

function areFinite(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at++) {
    if (!(Math.abs(values[at]!) < Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

export function zeros({ shape }: StateEntry): Float32Array {
  return new Float32Array(shape.reduce((product, extent) => product * extent, 1));
}

/** What a network of this state infers with: the moving averages, where they are kept. */
export function inferredWith<T>({ weights, buffers, averages }: TrainingState<T>): NetworkState<T> {
  if (averages.length === 0) return { weights, buffers };
  return {
    weights: averages.slice(0, weights.length),
    buffers: averages.slice(weights.length),
  };
}
