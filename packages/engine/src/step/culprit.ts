import { tf } from '@raremask/tfjs';
import type { CalledPlugin } from '../guard/calledPlugin.ts';
import {
  areFinite,
  type BrokenAt,
  type Range,
  rangeOfNumbers,
  withNumbers,
} from '../guard/numbers.ts';
import { atLine } from '../guard/reason.ts';
import type { BatchInput, StepBatch } from './batchInput.ts';
import { tidied } from './kept.ts';
import type { StepProgram } from './program.ts';
import { type StepState, stateLayout, type TrainingState, unusableIn } from './state.ts';
import { gradients, trainStep } from './trainStep.ts';

/** Who made a step's loss or gradient not finite. */
export interface Culprit {
  readonly cause: 'batch' | 'state' | 'plugin' | 'growth' | 'change';
  /** Of a plugin. */
  readonly plugin?: CalledPlugin;
  /** What was found, without a full stop. */
  readonly text: string;
  /** Of a batch: index of the image that is not finite. */
  readonly image?: number;
}

/** A weight of this size has grown by a rate that is too high: none begins so, and none needs to. */
const GROWN = 1e4;

/**
 * Finds out who has made a loss or a gradient that is not finite: the batch and the weights are looked at first, then
 * the same step is computed once more on the tfjs backend in use, operation by operation. The first operation that
 * makes something else of finite numbers is to blame, and with it the plugin that called it.
 *
 * @param state as it was before the step
 * @param batch with the same numbers for dropout as the step had
 */
export function culpritOf(
  program: StepProgram,
  state: TrainingState<Float32Array>,
  batch: StepBatch,
): Culprit {
  const image = brokenImage(batch);
  if (image !== undefined) return image;
  const broken = unusableIn(program, state);
  if (broken !== undefined) {
    return { cause: 'state', text: `before the step ${broken.name} was not finite` };
  }
  try {
    return tidied(() => recomputed(program, state, batch));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { cause: 'growth', text: `it could not be computed once more (${reason})` };
  }
}

/** What a step that updates is computed of. */
export interface UpdateBatch extends StepBatch {
  readonly learningRate: number;
  /** The optimizer's own, by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Share of a moving average that stays, where averages are kept. */
  readonly decay?: number;
}

/**
 * The operation that has made a step's new state not finite, with its line: the whole step is computed once more.
 * Undefined where it is finite this time.
 *
 * @param state as it was before the step
 * @param batch with the same numbers for dropout as the step had
 */
export function updateCulpritOf(
  program: StepProgram,
  state: TrainingState<Float32Array>,
  batch: UpdateBatch,
): string | undefined {
  const { learningRate, numbers: own, decay } = batch;
  const layout = stateLayout(program);
  const { text } = tidied(() => {
    const tensors = (kind: keyof StepState) =>
      state[kind].map((values, index) => tf.tensor(values, [...layout[kind][index]!.shape]));
    const before: StepState = {
      weights: tensors('weights'),
      buffers: tensors('buffers'),
      slots: tensors('slots'),
      averages: tensors('averages'),
      gathered: [],
    };
    const scalars = Object.entries(own).map(([name, value]) => [name, tf.scalar(value)] as const);
    return withNumbers((numbers) => {
      const { state: after } = trainStep(program, before, {
        ...inputOf(program, batch),
        learningRate: tf.scalar(learningRate),
        numbers: Object.fromEntries(scalars),
        decay: decay === undefined ? undefined : tf.scalar(decay),
      });
      const { weights = [], buffers = [], slots = [], averages = [] } = after;
      for (const tensor of [...weights, ...buffers, ...slots, ...averages]) {
        const broken = numbers.behind(tensor);
        if (broken !== undefined) return { text: blamed(broken, state.weights).text };
      }
      return { text: undefined };
    });
  });
  return text;
}

/** A batch as tensors of the scope. */
function inputOf({ facts }: StepProgram, batch: StepBatch): BatchInput {
  const shaped = (values: Float32Array, depth: number) =>
    tf.tensor(values, [batch.count, ...batch.size, depth]);
  return {
    images: shaped(batch.images, facts.channels),
    target: shaped(batch.target, facts.classes.length),
    weight: shaped(batch.weight, 1),
    termWeights: batch.termWeights.map((weight) => tf.scalar(weight)),
    uniform(shape: readonly number[]) {
      const values = new Float32Array(tf.util.sizeFromShape([...shape]));
      batch.uniform(values);
      return tf.tensor(values, [...shape]);
    },
  };
}

function recomputed(
  program: StepProgram,
  state: TrainingState<Float32Array>,
  batch: StepBatch,
): Culprit {
  const { model } = program;
  const input = inputOf(program, batch);
  const tensors = (kind: 'weights' | 'buffers') =>
    state[kind].map((values, index) => tf.tensor(values, [...model[kind][index]!.shape]));
  const network = { weights: tensors('weights'), buffers: tensors('buffers') };
  return withNumbers((numbers): Culprit => {
    const alone = { ...program, outcomes: false };
    const { loss, terms, gradients: slopes } = gradients(alone, network, input);
    // A term first: the sum is no plugin's.
    for (const value of [...terms, loss]) {
      if (Number.isFinite(value.dataSync()[0])) continue;
      const broken = numbers.behind(value);
      if (broken !== undefined) return blamed(broken, state.weights);
    }
    if (numbers.gradient !== undefined) return blamed(numbers.gradient, state.weights);
    return grown(slopes.map((slope) => rangeOfNumbers(slope.dataSync())));
  });
}

/** An image or weight of the batch that is not finite, as the network gets it. */
function brokenImage({ count, images, target, weight }: StepBatch): Culprit | undefined {
  for (const [name, values] of Object.entries({ image: images, truth: target, weight })) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const image = Math.floor((at * count) / values.length);
    const text = `the ${name} has ${values[at]} as the network gets it`;
    return { cause: 'batch', text, image };
  }
  return undefined;
}

function blamed(broken: BrokenAt, weights: readonly Float32Array[]): Culprit {
  const { kernel, isGradient, plugin, line, given, gave } = broken;
  const of = given.map(said).join(' and ') || 'no tensor';
  const what = isGradient
    ? `the gradient of ${kernel}, of numbers ${of}, is ${wordFor(gave)}`
    : `${kernel} gave ${wordFor(gave)}, of numbers ${of}`;
  const largest = Math.max(...weights.map((values) => largestOf(rangeOfNumbers(values))));
  const grownTo = largest > GROWN ? `; weights have grown to ${short(largest)}` : '';
  return {
    cause: largest > GROWN || plugin === undefined ? 'growth' : 'plugin',
    ...(plugin && { plugin }),
    text: `${what}${atLine(line)}${grownTo}`,
  };
}

/** Nothing is broken by itself: a sum of squares is too large, or it went otherwise this time. */
function grown(slopes: readonly Range[]): Culprit {
  const largest = Math.max(0, ...slopes.map(largestOf));
  // The square of more than this is no float32.
  if (areFinite([largest, largest]) && largest > 1e18) {
    return {
      cause: 'growth',
      text: `its gradient reaches ${short(largest)}, too large to be squared`,
    };
  }
  return {
    cause: 'change',
    text: 'computed once more with the same batch and weights it is finite: something gives another result from call to call',
  };
}

function largestOf([least, largest]: Range): number {
  return Math.max(Math.abs(least), Math.abs(largest));
}

function wordFor([least, largest]: Range): string {
  if (Number.isNaN(least)) return 'NaN';
  return largest === Number.POSITIVE_INFINITY ? 'Infinity' : '-Infinity';
}

function said([least, largest]: Range): string {
  if (Number.isNaN(least)) return 'that are NaN';
  return least === largest ? short(least) : `${short(least)} to ${short(largest)}`;
}

function short(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : `${value}`;
}
