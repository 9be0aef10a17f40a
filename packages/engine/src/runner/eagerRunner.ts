import * as tf from '@tensorflow/tfjs';
import { logitsShape } from '../errors.ts';
import {
  infer,
  type NetworkProgram,
  type StepProgram,
  type StepState,
  trainStep,
} from '../step/trainStep.ts';
import type { Network, Runner, StateArrays, StepCall, StepResult } from './runner.ts';

/** Runs steps kernel by kernel on the tfjs backend that is in use. */
export class EagerRunner implements Runner {
  readonly #program: StepProgram;
  #state: StepState;

  constructor(program: StepProgram, state: StateArrays) {
    this.#program = program;
    const { model, optimizer } = program;
    this.#state = {
      weights: tensorsOf(state.weights, model.weights),
      buffers: tensorsOf(state.buffers, model.buffers),
      slots: tensorsOf(state.slots, optimizer.slots),
    };
  }

  async step(call: StepCall): Promise<StepResult> {
    const { facts } = this.#program;
    const image = [call.count, ...call.size];
    const inputs = {
      images: tf.tensor(call.images, [...image, facts.channels]),
      target: tf.tensor(call.target, [...image, facts.classes.length]),
      weight: tf.tensor(call.weight, [...image, 1]),
      learningRate: tf.scalar(call.learningRate),
      firstCorrection: tf.scalar(call.firstCorrection),
      secondCorrection: tf.scalar(call.secondCorrection),
    };
    const termWeights = call.termWeights.map((value) => tf.scalar(value));
    try {
      const output = trainStep(this.#program, this.#state, {
        ...inputs,
        termWeights,
        uniform: (shape) => {
          const values = new Float32Array(tf.util.sizeFromShape([...shape]));
          call.uniform(values);
          return tf.tensor(values, [...shape]);
        },
      });
      disposeState(this.#state);
      this.#state = output.state;
      const monitor = (await output.monitor.data()) as Float32Array;
      const outcomes = (await output.outcomes?.data()) as Float32Array | undefined;
      output.monitor.dispose();
      output.outcomes?.dispose();
      return { monitor, ...(outcomes && { outcomes }) };
    } finally {
      tf.dispose([...Object.values(inputs), ...termWeights]);
    }
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    return inferEagerly(this.#program, this.#state, images, [count, ...size]);
  }

  state(): StateArrays {
    const read = (tensors: readonly tf.Tensor[]) =>
      tensors.map((tensor) => tensor.dataSync() as Float32Array);
    const { weights, buffers, slots } = this.#state;
    return { weights: read(weights), buffers: read(buffers), slots: read(slots) };
  }

  async dispose(): Promise<void> {
    disposeState(this.#state);
  }
}

/** A network that only infers. */
export function eagerNetwork(network: NetworkProgram, state: StateArrays): Network {
  const { model } = network;
  const tensors = {
    weights: tensorsOf(state.weights, model.weights),
    buffers: tensorsOf(state.buffers, model.buffers),
  };
  return {
    infer: (images, count, size) => inferEagerly(network, tensors, images, [count, ...size]),
    async dispose() {
      tf.dispose([...tensors.weights, ...tensors.buffers]);
    },
  };
}

async function inferEagerly(
  { facts, model }: NetworkProgram,
  state: Pick<StepState, 'weights' | 'buffers'>,
  images: Float32Array,
  image: readonly number[],
): Promise<Float32Array> {
  const logits = tf.tidy(() => infer(model, state, tf.tensor(images, [...image, facts.channels])));
  try {
    const expected = [...image, facts.classes.length];
    if (logits.shape.join() !== expected.join()) {
      throw logitsShape('model', logits.shape, expected);
    }
    return (await logits.data()) as Float32Array;
  } finally {
    logits.dispose();
  }
}

function tensorsOf(
  arrays: readonly Float32Array[],
  of: readonly { readonly shape: readonly number[] }[],
): tf.Tensor[] {
  return arrays.map((values, index) => tf.tensor(values, [...of[index]!.shape]));
}

function disposeState(state: StepState): void {
  tf.dispose([...state.weights, ...state.buffers, ...state.slots]);
}
