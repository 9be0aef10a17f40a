import * as tf from '@tensorflow/tfjs';
import type { Loss, LossInput } from '../contracts/loss.ts';

/** An operation between the logits and a loss that no gradient goes through. */
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
  readonly state: { readonly activeTape?: readonly TapeNode[] | null };
  addTapeNode(kernelName: string, ...rest: unknown[]): void;
}

const engine = () => tf.engine() as unknown as Engine;

/** How much has been recorded so far, of the gradient that is being taken; 0 where none is. */
export function tapeLength(): number {
  return engine().state.activeTape?.length ?? 0;
}

/**
 * The first operation without a gradient on a way from the logits to a loss's value; undefined where
 * there is none. tfjs says so only afterwards, of the whole step, and without a place.
 *
 * @param since tapeLength before the loss was called
 */
export function gradientGap(
  loss: Loss,
  input: LossInput,
  value: tf.Tensor,
  since: number,
): GradientGap | undefined {
  const tape = (engine().state.activeTape ?? []).slice(since);
  if (tape.every(({ gradient }) => gradient)) return undefined;
  const before = [input.logits, input.probabilities, input.logProbabilities];
  const reached = new Set(before.map(({ id }) => id));
  const onTheWay = tape.filter(({ inputs, outputs }) => {
    const reaches = Object.values(inputs).some(({ id }) => reached.has(id));
    if (reaches) for (const { id } of outputs) reached.add(id);
    return reaches;
  });
  const wanted = new Set([value.id]);
  let gap: TapeNode | undefined;
  for (const node of onTheWay.toReversed()) {
    if (!node.outputs.some(({ id }) => wanted.has(id))) continue;
    if (!node.gradient) gap = node;
    for (const { id } of Object.values(node.inputs)) wanted.add(id);
  }
  if (gap === undefined) return undefined;
  const kernel = gap.kernelName;
  const nth = tape.slice(0, tape.indexOf(gap)).filter((node) => node.kernelName === kernel).length;
  return { kernel, called: callOf(loss, input, kernel, nth), instead: wayRound(kernel) };
}

/** Calls the loss once more, to see where an operation comes from. */
function callOf(loss: Loss, input: LossInput, kernel: string, nth: number): Error {
  const watched = engine();
  const { addTapeNode } = watched;
  let count = 0;
  let found = new Error(kernel);
  watched.addTapeNode = (name, ...rest) => {
    if (name === kernel && count++ === nth) found = deepError(kernel);
    addTapeNode.call(watched, name, ...rest);
  };
  try {
    loss(input);
  } finally {
    watched.addTapeNode = addTapeNode;
  }
  return found;
}

/** tfjs's own frames alone are more than the ten that an error has otherwise. */
function deepError(text: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const error = new Error(text);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
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
