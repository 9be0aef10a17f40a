import { tf } from '@raremask/tfjs';
import type { LossInput } from '../contracts/loss.ts';
import { deepError } from '../deepError.ts';

/** An operation on the way from what learns that no gradient goes through. */
export interface GradientGap {
  readonly kernel: string;
  /** Made where the operation was called: its stack says the line. */
  readonly called: Error;
  /** What to write instead. */
  readonly instead: string;
}

/** As far as it is read here. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly gradient?: unknown;
}

interface Engine {
  readonly state: {
    readonly activeTape?: readonly TapeNode[] | null;
    readonly gradientDepth: number;
  };
  addTapeNode(kernelName: string, ...rest: unknown[]): void;
}

const engine = () => tf.engine() as unknown as Engine;

/** How much has been recorded so far, of the gradient that is being taken; 0 where none is. */
export function tapeLength(): number {
  return engine().state.activeTape?.length ?? 0;
}

/** A computation that has just been recorded, with how it may be done again. */
export interface Computed {
  /** What a gradient is wanted for: the logits, of a loss; the weights, of a model. */
  readonly from: readonly tf.Tensor[];
  /** What it is the gradient of. */
  readonly to: readonly tf.Tensor[];
  /** tapeLength before it. */
  readonly since: number;
  /** Computes it once more. */
  readonly again: () => unknown;
}

/**
 * The first operation without a gradient on a way through what has been computed; undefined where there is none.
 * tfjs says so only afterwards, of the whole step, and without a place.
 */
export function gradientGap({ from, to, since, again }: Computed): GradientGap | undefined {
  const tape = (engine().state.activeTape ?? []).slice(since);
  if (tape.every(({ gradient }) => gradient)) return undefined;
  const reached = new Set(from.map(({ id }) => id));
  const onTheWay = tape.filter(({ inputs, outputs }) => {
    const reaches = Object.values(inputs).some(({ id }) => reached.has(id));
    if (reaches) for (const { id } of outputs) reached.add(id);
    return reaches;
  });
  const wanted = new Set(to.map(({ id }) => id));
  let gap: TapeNode | undefined;
  for (const node of onTheWay.toReversed()) {
    if (!node.outputs.some(({ id }) => wanted.has(id))) continue;
    if (!node.gradient) gap = node;
    for (const { id } of Object.values(node.inputs)) wanted.add(id);
  }
  if (gap === undefined) return undefined;
  const kernel = gap.kernelName;
  const nth = tape.slice(0, tape.indexOf(gap)).filter((node) => node.kernelName === kernel).length;
  return { kernel, called: callOf(again, kernel, nth), instead: wayRound(kernel) };
}

/**
 * Those tensors that a computation, just recorded, has no way back to: a change of them changes nothing in it. None
 * while no gradient is being taken.
 */
export function unrelated({ from, to, since }: Omit<Computed, 'again'>): readonly tf.Tensor[] {
  const { activeTape, gradientDepth } = engine().state;
  if (gradientDepth === 0) return [];
  const wanted = new Set(to.map(({ id }) => id));
  for (const { inputs, outputs } of (activeTape ?? []).slice(since).toReversed()) {
    if (!outputs.some(({ id }) => wanted.has(id))) continue;
    for (const { id } of Object.values(inputs)) wanted.add(id);
  }
  return from.filter(({ id }) => !wanted.has(id));
}

/** Whatever of a loss's input follows from the logits: what its value learns through. */
export function learntFrom({ logits, probabilities, logProbabilities }: LossInput): tf.Tensor[] {
  return [logits, probabilities, logProbabilities];
}

/** Computes it once more, to see where an operation comes from. */
function callOf(again: () => unknown, kernel: string, nth: number): Error {
  const watched = engine();
  const { addTapeNode } = watched;
  let count = 0;
  let found = new Error(kernel);
  watched.addTapeNode = (name, ...rest) => {
    if (name === kernel && count++ === nth) found = deepError(kernel);
    addTapeNode.call(watched, name, ...rest);
  };
  try {
    again();
  } finally {
    watched.addTapeNode = addTapeNode;
  }
  return found;
}

const NO_SLOPE = 'it counts or chooses, which has no slope';

const WAYS: Readonly<Record<string, string>> = {
  Bincount: `${NO_SLOPE}: sum a soft membership of each bin instead, such as tf.softmax of negative distances`,
  CropAndResize: 'use tf.slice, then tf.image.resizeBilinear',
  DenseBincount: `${NO_SLOPE}: sum a soft membership of each bin instead, such as tf.softmax of negative distances`,
  Multinomial: `${NO_SLOPE}: take the places alone from it, and gather the probabilities by them`,
  NonMaxSuppressionV3: `${NO_SLOPE}: take the places alone from it, and gather the probabilities by them`,
  RotateWithOffset: 'rotate target and prediction before the network, or multiply with a matrix',
  SearchSorted: `${NO_SLOPE}: compare with each bound and sum the comparisons, and multiply them with what has a slope`,
  Transform: 'gather the pixels by their places (tf.gatherND), or multiply with a matrix',
  Unique: `${NO_SLOPE}: compare with each value that there can be, and sum`,
};

function wayRound(kernel: string): string {
  const way = WAYS[kernel] ?? 'use operations that have a gradient';
  return `${way}; or give it a gradient of your own by tf.customGrad (docs/gradients.md)`;
}
