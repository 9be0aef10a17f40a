import { type Facts, firstForeground, type Loss, type Model } from '@raremask/core';
import { lossInput } from '@raremask/core/loss-input';
import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from './optimizer.ts';
import { packVectors } from './packing.ts';

/** Everything that a training step changes. */
export interface StepState {
  readonly weights: readonly tf.Tensor[];
  readonly buffers: readonly tf.Tensor[];
  /** The optimizer's slots. */
  readonly slots: readonly tf.Tensor[];
}

/** One batch and the numbers that change from step to step, all as tensors. */
export interface StepInput {
  /** [batch, ...space, channels] */
  readonly images: tf.Tensor;
  /** [batch, ...space, classes] */
  readonly target: tf.Tensor;
  /** [batch, ...space, 1] */
  readonly weight: tf.Tensor;
  readonly learningRate: tf.Tensor;
  readonly firstCorrection: tf.Tensor;
  readonly secondCorrection: tf.Tensor;
  /** The weight of each loss term, scalars. */
  readonly termWeights: readonly tf.Tensor[];
  /** Fresh uniform numbers for the model's dropout. */
  uniform(shape: readonly number[]): tf.Tensor;
}

export interface StepOutput {
  readonly state: StepState;
  /** [1 + terms + 1]: the weighted sum, each term before its weight, the gradient's global norm. */
  readonly monitor: tf.Tensor1D;
  /** [batch, 2] where asked for: each sample's loss, and its share of background pixels alarmed. */
  readonly outcomes?: tf.Tensor2D;
}

/** What inference is made of. */
export interface NetworkProgram {
  readonly facts: Facts;
  readonly model: Model;
}

/** What a step is made of. */
export interface StepProgram extends NetworkProgram {
  readonly losses: readonly Loss[];
  readonly optimizer: Optimizer;
  /** Largest global norm of the gradient, or null. */
  readonly clip: number | null;
  /** Whether a sampler wants each sample's outcome. */
  readonly outcomes: boolean;
  /** What messages call each loss. */
  readonly places?: readonly string[];
}

/**
 * One training step as a pure function of tensors: nothing is read, nothing but the result is kept.
 * The caller owns the input and the result.
 */
export function trainStep(program: StepProgram, state: StepState, input: StepInput): StepOutput {
  const { result, kept } = withKept((keep) =>
    tf.tidy(() => {
      const forward = (...weights: tf.Tensor[]): tf.Scalar => {
        const outputs = program.model.forward({
          images: input.images,
          weights,
          buffers: state.buffers,
          mode: 'train',
          uniform: input.uniform,
        });
        const seen = lossInput(program.facts, outputs.logits, input.target, input.weight);
        const values = program.losses.map((loss) => loss(seen));
        const terms = values.map((value) => tf.mean(value) as tf.Scalar);
        const total = sum(
          terms.map((term, index) => tf.mul(term, input.termWeights[index]!) as tf.Scalar),
        );
        keep(
          'buffers',
          (outputs.buffers ?? state.buffers).map((buffer) =>
            state.buffers.includes(buffer) ? tf.clone(buffer) : buffer,
          ),
        );
        keep('terms', [total, ...terms]);
        if (program.outcomes) {
          keep('outcomes', [
            tf.stack(
              [sampleLoss(values, input), alarmShare(program.facts, outputs.logits, input)],
              1,
            ),
          ]);
        }
        return total;
      };
      const { grads } = tf.valueAndGrads(forward)([...state.weights]);
      const { pack, unpack, decays } = packVectors(program.model.weights);
      const packed = pack(grads);
      const norm = tf.sqrt(sum(packed.map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar)));
      const gradients =
        program.clip === null
          ? packed
          : packed.map((gradient) =>
              tf.mul(gradient, tf.div(program.clip!, tf.maximum(norm, program.clip!))),
            );
      const moments = halves(state.slots);
      const moved = program.optimizer.update({
        weights: pack(state.weights),
        gradients,
        slots: moments.flatMap(pack),
        decays,
        learningRate: input.learningRate,
        firstCorrection: input.firstCorrection,
        secondCorrection: input.secondCorrection,
      });
      return [norm, ...unpack(moved.weights), ...halves(moved.slots).flatMap(unpack)];
    }),
  );
  const [norm, ...rest] = result;
  const weights = rest.slice(0, state.weights.length);
  const slots = rest.slice(state.weights.length);
  const monitor = tf.tidy(() => tf.stack([...kept.terms!, norm!]) as tf.Tensor1D);
  tf.dispose([norm!, ...kept.terms!]);
  const outcomes = kept.outcomes?.[0] as tf.Tensor2D | undefined;
  return {
    state: { weights, buffers: kept.buffers!, slots },
    monitor,
    ...(outcomes && { outcomes }),
  };
}

/** Logits of one batch, for scoring and prediction. [batch, ...space, classes]; the caller owns them. */
export function infer(
  model: Model,
  state: Pick<StepState, 'weights' | 'buffers'>,
  images: tf.Tensor,
): tf.Tensor {
  return tf.tidy(
    () =>
      model.forward({
        images,
        weights: state.weights,
        buffers: state.buffers,
        mode: 'infer',
        uniform: (shape) => tf.ones([...shape]),
      }).logits,
  );
}

/** The optimizer's first moments, and its second ones. */
function halves(slots: readonly tf.Tensor[]): readonly [tf.Tensor[], tf.Tensor[]] {
  return [slots.slice(0, slots.length / 2), slots.slice(slots.length / 2)];
}

/**
 * Results of a function whose gradient is taken, other than its value, live only as long as the tape
 * does. Here they are kept by hand, and handed over as ordinary tensors of the caller's scope.
 */
function withKept<T>(run: (keep: (name: string, tensors: readonly tf.Tensor[]) => void) => T): {
  readonly result: T;
  readonly kept: Readonly<Record<string, tf.Tensor[]>>;
} {
  const held: Record<string, tf.Tensor[]> = {};
  try {
    const result = run((name, tensors) => {
      held[name] = tensors.map((tensor) => tf.keep(tensor));
    });
    const kept = Object.entries(held).map(([name, tensors]) => [
      name,
      tensors.map((tensor) => tf.clone(tensor)),
    ]);
    return { result, kept: Object.fromEntries(kept) };
  } finally {
    for (const tensors of Object.values(held)) tf.dispose(tensors);
  }
}

function sum(scalars: readonly tf.Scalar[]): tf.Scalar {
  return scalars.reduce((left, right) => tf.add(left, right));
}

/** [batch]: the weighted sum of the terms that give one number a sample. */
function sampleLoss(values: readonly (tf.Tensor1D | tf.Scalar)[], input: StepInput): tf.Tensor1D {
  const parts = values.flatMap((value, index) =>
    value.rank === 1 ? [tf.mul(value, input.termWeights[index]!) as tf.Tensor1D] : [],
  );
  return parts.reduce((left, right) => tf.add(left, right), tf.zeros([input.images.shape[0]!]));
}

/** [batch]: among counted pixels without foreground, the share that is predicted as foreground. */
function alarmShare(facts: Facts, logits: tf.Tensor, input: StepInput): tf.Tensor1D {
  const [batch] = logits.shape as [number, ...number[]];
  const first = firstForeground(facts);
  const classes = facts.classes.length;
  const flat = tf.reshape(logits, [batch, -1, classes]);
  const target = tf.reshape(input.target, [batch, -1, classes]);
  const foreground = (x: tf.Tensor) =>
    tf.max(tf.slice(x, [0, 0, first], [-1, -1, classes - first]), 2);
  const threshold = facts.overlapping
    ? tf.zeros([batch, 1])
    : tf.squeeze(tf.slice(flat, [0, 0, 0], [-1, -1, 1]), [2]);
  const counted = tf.cast(tf.greater(tf.reshape(input.weight, [batch, -1]), 0), 'float32');
  const empty = tf.mul(tf.sub(1, foreground(target)), counted);
  const alarms = tf.mul(tf.cast(tf.greater(foreground(flat), threshold), 'float32'), empty);
  return tf.div(tf.sum(alarms, 1), tf.maximum(tf.sum(empty, 1), 1));
}
