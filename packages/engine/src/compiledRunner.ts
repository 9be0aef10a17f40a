import {
  compile,
  type Elements,
  graphOf,
  type InputSpec,
  intoPort,
  outOfPort,
  type Program,
  type Runtime,
  type Tracer,
} from '@raremask/compiler';
import * as tf from '@tensorflow/tfjs';
import type { Runner, StateArrays, StepCall, StepResult } from './runner.ts';
import { infer, type StepProgram, trainStep } from './step.ts';

interface CompiledOptions {
  readonly threads: number;
  /** Called when a program is ready. */
  readonly onCompiled?: (what: string, program: Program) => void;
  readonly profile?: string;
}

interface StepPart {
  readonly program: Program;
  readonly asked: readonly InputSpec[];
}

/**
 * Runs steps as one native graph a size of batch. Weights, buffers and the optimizer's slots stay in
 * arrays that the runtime reads from and writes into, two sets in turn.
 */
export class CompiledRunner implements Runner {
  readonly #runtime: Runtime;
  readonly #program: StepProgram;
  readonly #options: CompiledOptions;
  readonly #steps = new Map<string, StepPart>();
  readonly #inferences = new Map<string, Program>();
  #state: Elements[];
  #other: Elements[] | undefined;
  readonly #logical: readonly Float32Array[];
  #ports: readonly { readonly shape: readonly number[] }[] | undefined;

  constructor(
    runtime: Runtime,
    program: StepProgram,
    state: StateArrays,
    options: CompiledOptions,
  ) {
    this.#runtime = runtime;
    this.#program = program;
    this.#options = options;
    this.#logical = [...state.weights, ...state.buffers, ...state.slots];
    this.#state = [];
  }

  async step(call: StepCall): Promise<StepResult> {
    const { program, asked } = await this.#stepFor(call);
    const count = this.#logical.length;
    const extra = asked.map(({ shape }) => {
      const values = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      call.uniform(values);
      return values;
    });
    const numbers = [call.learningRate, call.firstCorrection, call.secondCorrection];
    const scalars = [...numbers, ...call.termWeights].map((value) => Float32Array.of(value));
    const into = this.#program.outcomes ? [undefined, undefined] : [undefined];
    const results = await program.run(
      [...this.#state, call.images, call.target, call.weight, ...scalars, ...extra],
      [...into, ...this.#other!],
    );
    const moved = results.slice(-count);
    this.#other = this.#state;
    this.#state = moved;
    const [monitor, outcomes] = results as Float32Array[];
    return {
      monitor: monitor!,
      ...(this.#program.outcomes && { outcomes: outcomes! }),
    };
  }

  undo(): void {
    const kept = this.#other!;
    this.#other = this.#state;
    this.#state = kept;
  }

  async infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    const program = await this.#inferenceFor(count, size);
    const used = this.#program.model.weights.length + this.#program.model.buffers.length;
    const [logits] = await program.run([...this.#state.slice(0, used), images]);
    return logits as Float32Array;
  }

  async state(): Promise<StateArrays> {
    const { model } = this.#program;
    const [program] = [...this.#steps.values()];
    const arrays = program
      ? this.#state.map(
          (values, index) => outOfPort(program.program.inputs[index]!, values) as Float32Array,
        )
      : this.#logical;
    const weights = model.weights.length;
    const buffers = weights + model.buffers.length;
    return {
      weights: arrays.slice(0, weights),
      buffers: arrays.slice(weights, buffers),
      slots: arrays.slice(buffers),
    };
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#steps.values()) await program.dispose();
    for (const program of this.#inferences.values()) await program.dispose();
  }

  async #stepFor(call: StepCall): Promise<StepPart> {
    const key = `${call.count}x${call.size.join('x')}`;
    const known = this.#steps.get(key);
    if (known) return known;
    const { model, losses, optimizer, facts } = this.#program;
    const float = (shape: readonly number[]): InputSpec => ({ shape, type: 'float32' });
    const state = [...model.weights, ...model.buffers, ...optimizer.slots];
    const image = [call.count, ...call.size];
    const scalar = float([]);
    const specs = [
      ...state.map(({ shape }) => float(shape)),
      float([...image, facts.channels]),
      float([...image, facts.classes.length]),
      float([...image, 1]),
      scalar,
      scalar,
      scalar,
      ...losses.map(() => scalar),
    ];
    const { graph, asked } = await graphOf(specs, (tensors, tracer) =>
      this.#trace(tensors, tracer),
    );
    const leading = this.#program.outcomes ? 2 : 1;
    const program = await compile(this.#runtime, graph, {
      name: 'training step',
      optimize: 'extended',
      threads: this.#options.threads,
      freeInputs: new Set(state.keys()),
      outputLike: new Map(state.map((_, index) => [leading + index, index])),
      ...(this.#options.profile !== undefined && { profile: this.#options.profile }),
    });
    if (this.#state.length === 0) {
      this.#state = this.#logical.map((values, index) => intoPort(program.inputs[index]!, values));
      this.#other = this.#state.map((values) => new Float32Array(values.length));
    }
    this.#options.onCompiled?.(`training step ${key}`, program);
    const part = { program, asked };
    this.#steps.set(key, part);
    return part;
  }

  #trace(tensors: tf.Tensor[], tracer: Tracer): tf.Tensor[] {
    const { model, losses, optimizer } = this.#program;
    const take = (count: number) => tensors.splice(0, count);
    const [weights, buffers, slots] = [
      take(model.weights.length),
      take(model.buffers.length),
      take(optimizer.slots.length),
    ];
    const [images, target, weight, learningRate, firstCorrection, secondCorrection] = take(6);
    const output = trainStep(
      this.#program,
      { weights, buffers, slots },
      {
        images: images!,
        target: target!,
        weight: weight!,
        learningRate: learningRate!,
        firstCorrection: firstCorrection!,
        secondCorrection: secondCorrection!,
        termWeights: take(losses.length),
        uniform: (shape) => tracer.input({ shape, type: 'float32' }),
      },
    );
    return [
      output.monitor,
      ...(output.outcomes ? [output.outcomes] : []),
      ...output.state.weights,
      ...output.state.buffers,
      ...output.state.slots,
    ];
  }

  async #inferenceFor(count: number, size: readonly number[]): Promise<Program> {
    const key = `${count}x${size.join('x')}`;
    const known = this.#inferences.get(key);
    if (known) return known;
    const { model, facts } = this.#program;
    const float = (shape: readonly number[]): InputSpec => ({ shape, type: 'float32' });
    const state = [...model.weights, ...model.buffers];
    const { graph } = await graphOf(
      [...state.map(({ shape }) => float(shape)), float([count, ...size, facts.channels])],
      (tensors) => [
        infer(
          model,
          {
            weights: tensors.slice(0, model.weights.length),
            buffers: tensors.slice(model.weights.length, -1),
          },
          tensors.at(-1)!,
        ),
      ],
    );
    const program = await compile(this.#runtime, graph, {
      name: 'inference',
      optimize: 'extended',
      threads: this.#options.threads,
      freeInputs: new Set(state.keys()),
    });
    this.#inferences.set(key, program);
    return program;
  }
}

export type { StepProgram };

void tf;
