import type { OnEvent } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { Leaks } from '../guard/leaks.ts';
import { withExchange } from '../step/processes.ts';
import type { NetworkProgram, StepProgram } from '../step/program.ts';
import { inferredWith, type NetworkState, type StateEntry, stateLayout } from '../step/state.ts';
import { infer } from '../step/trainStep.ts';
import { exchanged } from './exchanged.ts';
import { requireShapes } from './inferenceGraph.ts';
import type {
  Exchange,
  Inferred,
  Network,
  NetworkArrays,
  Runner,
  StateArrays,
  StepCall,
  StepResult,
  UpdateCall,
} from './runner.ts';
import { byKind, inOrder, isUsable, partOf, StepInputs } from './stepInputs.ts';

/** Runs steps kernel by kernel on the tfjs backend that is in use. */
export class EagerRunner implements Runner {
  readonly atOnce = 1;
  readonly #program: StepProgram;
  readonly #leaks: Leaks;
  /** The whole state, in the order of stepInputs. */
  #state: tf.Tensor[];

  /** @param emit hears which plugins keep tensors at every step */
  constructor(program: StepProgram, state: StateArrays, emit: OnEvent = () => {}) {
    this.#leaks = new Leaks((text) => emit({ type: 'note', level: 'warn', text }));
    this.#program = program;
    this.#state = this.#tensors(state);
  }

  async step(call: StepCall): Promise<StepResult> {
    const inputs = new StepInputs(this.#program, partOf(call));
    return inputs.report(await this.#run(inputs, call, [call.count, ...call.size], call.uniform));
  }

  async steps([first]: readonly StepCall[]): Promise<readonly StepResult[]> {
    return [await this.step(first!)];
  }

  async exchange(change: Exchange): Promise<void> {
    exchanged(this.#program, change, {
      read: (place) => this.#state[place]!.dataSync() as Float32Array,
      put: (place, values) => {
        const before = this.#state[place]!;
        this.#state[place] = tf.tensor(values, before.shape);
        before.dispose();
      },
    });
  }

  async update(call: UpdateCall): Promise<number> {
    const inputs = new StepInputs(this.#program, 'update');
    const [norm] = await this.#run(inputs, call, [], () => {});
    return norm![0]!;
  }

  /** Computes, takes the new state where it is usable, and gives what is said. */
  async #run(
    inputs: StepInputs,
    call: StepCall | UpdateCall,
    image: readonly number[],
    uniform: StepCall['uniform'],
  ): Promise<Float32Array[]> {
    const compute = () => {
      const state = inputs.reads.map((place) => this.#state[place]!);
      const shapes = inputs.shapes(image).slice(state.length);
      const given = inputs.values(call).map((values, at) => tf.tensor(values, [...shapes[at]!]));
      return inputs.run(this.#program, [...state, ...given], (shape) => {
        const values = new Float32Array(tf.util.sizeFromShape([...shape]));
        uniform(values);
        return tf.tensor(values, [...shape]);
      });
    };
    const { processes } = this.#program;
    const results = withExchange(processes, () => this.#leaks.during(() => tf.tidy(compute)));
    const said = results.splice(0, inputs.reported);
    try {
      const read = (await Promise.all(said.map((one) => one.data()))) as Float32Array[];
      if (isUsable(read)) {
        for (const [index, place] of inputs.writes.entries()) {
          [this.#state[place], results[index]] = [results[index]!, this.#state[place]!];
        }
      }
      return read;
    } finally {
      tf.dispose([...said, ...results]);
    }
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Inferred> {
    const state = inferredWith(byKind(this.#program, this.#state));
    return inferEagerly(this.#program, state, images, [count, ...size]);
  }

  async state(): Promise<StateArrays> {
    return byKind(
      this.#program,
      this.#state.map((tensor) => tensor.dataSync() as Float32Array),
    );
  }

  load(state: StateArrays): void {
    tf.dispose(this.#state);
    this.#state = this.#tensors(state);
  }

  async dispose(): Promise<void> {
    tf.dispose(this.#state);
  }

  #tensors(state: StateArrays): tf.Tensor[] {
    return tensorsOf(inOrder(state), inOrder<StateEntry>(stateLayout(this.#program)));
  }
}

/** A network that only infers. */
export function eagerNetwork(network: NetworkProgram, state: NetworkArrays): Network {
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
  program: NetworkProgram,
  state: NetworkState<tf.Tensor>,
  images: Float32Array,
  image: readonly number[],
): Promise<Inferred> {
  const { facts, model } = program;
  const outputs = tf.tidy(() => infer(model, state, tf.tensor(images, [...image, facts.channels])));
  try {
    requireShapes(program, image, outputs);
    const [logits, judged] = (await Promise.all(outputs.map((one) => one!.data()))) as [
      Float32Array,
      Float32Array?,
    ];
    return judged ? { logits, image: judged } : { logits };
  } finally {
    tf.dispose(outputs as tf.Tensor[]);
  }
}

function tensorsOf(
  arrays: readonly Float32Array[],
  of: readonly { readonly shape: readonly number[] }[],
): tf.Tensor[] {
  return arrays.map((values, index) => tf.tensor(values, [...of[index]!.shape]));
}
