import {
  compile,
  type Elements,
  graphOf,
  type InputSpec,
  intoPort,
  NotTraceable,
  outOfPort,
  type Port,
  type Program,
  type Runtime,
  type Tracer,
} from '@raremask/compiler';
import type { Loss, Model } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { logitsShape } from './errors.ts';
import type { Network, Runner, StateArrays, StepCall, StepResult } from './runner.ts';
import { infer, type NetworkProgram, type StepProgram, trainStep } from './step.ts';

/** What compiled programs run on. */
export interface Compute {
  readonly runtime: Runtime;
  readonly threads: number;
  /** Beginning of the name of a file into which the runtime writes how long each operator takes. */
  readonly profile?: string | undefined;
}

/** Told when a program is ready to run. */
export type OnCompiled = (
  what: string,
  result: { readonly operators: number; readonly seconds: number },
) => void;

interface CompiledStep {
  readonly program: Program;
  /** Inputs that the model asked for: numbers for its dropout. */
  readonly asked: readonly InputSpec[];
}

/**
 * Runs steps as one native graph for each size of batch. Weights, buffers and the optimizer's slots
 * stay in arrays that the runtime reads from and writes into, two sets in turn, in the order of axes
 * that its operators want.
 */
export class CompiledRunner implements Runner {
  readonly #compute: Compute;
  readonly #program: StepProgram;
  readonly #onCompiled: OnCompiled;
  readonly #steps = new Map<string, CompiledStep>();
  readonly #inferences = new Map<string, Program>();
  readonly #initial: readonly Float32Array[];
  /** The state as it is between steps; undefined before the first. */
  #held: { ports: readonly Port[]; now: Elements[]; next: Elements[] } | undefined;

  constructor(compute: Compute, program: StepProgram, state: StateArrays, onCompiled: OnCompiled) {
    this.#compute = compute;
    this.#program = program;
    this.#onCompiled = onCompiled;
    this.#initial = [...state.weights, ...state.buffers, ...state.slots];
  }

  /** @throws NotTraceable where a plugin does what a graph cannot hold; the state is as before */
  async step(call: StepCall): Promise<StepResult> {
    const { program, asked } = await this.#stepFor(call);
    const held = this.#held!;
    const numbers = [
      call.learningRate,
      call.firstCorrection,
      call.secondCorrection,
      ...call.termWeights,
    ];
    const uniform = asked.map(({ shape }) => {
      const values = new Float32Array(tf.util.sizeFromShape([...shape]));
      call.uniform(values);
      return values;
    });
    const results = await program.run(
      [
        ...held.now,
        call.images,
        call.target,
        call.weight,
        ...numbers.map((number) => Float32Array.of(number)),
        ...uniform,
      ],
      [...this.#reported().map(() => undefined), ...held.next],
    );
    this.#held = { ...held, now: held.next, next: held.now };
    const [monitor, outcomes] = results as Float32Array[];
    return { monitor: monitor!, ...(this.#program.outcomes && { outcomes: outcomes! }) };
  }

  async infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    const program = await this.#inferenceFor(count, size);
    const { model } = this.#program;
    const state = this.#held?.now ?? this.#initial;
    const used = state.slice(0, model.weights.length + model.buffers.length);
    const [logits] = await program.run([...used, images]);
    return logits as Float32Array;
  }

  state(): StateArrays {
    const { model } = this.#program;
    const held = this.#held;
    const arrays = held
      ? held.now.map((values, index) => outOfPort(held.ports[index]!, values) as Float32Array)
      : this.#initial;
    const buffers = model.weights.length;
    const slots = buffers + model.buffers.length;
    return {
      weights: arrays.slice(0, buffers),
      buffers: arrays.slice(buffers, slots),
      slots: arrays.slice(slots),
    };
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#steps.values()) await program.dispose();
    for (const program of this.#inferences.values()) await program.dispose();
  }

  /** Names of what a step says beside the new state. */
  #reported(): string[] {
    return this.#program.outcomes ? ['monitor', 'outcomes'] : ['monitor'];
  }

  async #stepFor(call: StepCall): Promise<CompiledStep> {
    const key = [call.count, ...call.size].join(' x ');
    const known = this.#steps.get(key);
    if (known) return known;
    const started = performance.now();
    const { model, losses, optimizer, facts } = this.#program;
    const state = [...model.weights, ...model.buffers, ...optimizer.slots];
    const image = [call.count, ...call.size];
    const specs = [
      ...state.map(({ shape }) => float(shape)),
      float([...image, facts.channels]),
      float([...image, facts.classes.length]),
      float([...image, 1]),
      ...Array.from({ length: 3 + losses.length }, () => float([])),
    ];
    const { graph, asked } = await graphOf(specs, (tensors, tracer) =>
      this.#traceStep(tensors, tracer),
    );
    const reported = this.#reported().length;
    const program = await compile(this.#compute.runtime, graph, {
      name: 'training step',
      threads: this.#compute.threads,
      optimize: 'extended',
      ...(this.#compute.profile !== undefined && { profile: this.#compute.profile }),
      freeInputs: new Set(state.keys()),
      ...this.#heldLayouts(),
      outputLike: new Map(state.map((_, index) => [reported + index, index])),
    });
    this.#held ??= {
      ports: program.inputs.slice(0, state.length),
      now: this.#initial.map((values, index) => intoPort(program.inputs[index]!, values)),
      next: this.#initial.map((values) => new Float32Array(values.length)),
    };
    this.#onCompiled(`training step of ${key}`, {
      operators: program.operators,
      seconds: (performance.now() - started) / 1000,
    });
    const compiled = { program, asked };
    this.#steps.set(key, compiled);
    return compiled;
  }

  #heldLayouts() {
    const ports = this.#held?.ports;
    return ports && { inputLayouts: new Map(ports.map(({ layout }, index) => [index, layout])) };
  }

  #traceStep(tensors: readonly tf.Tensor[], tracer: Tracer): tf.Tensor[] {
    const { model, losses, optimizer } = this.#program;
    const rest = [...tensors];
    const take = (count: number) => rest.splice(0, count);
    const state = {
      weights: take(model.weights.length),
      buffers: take(model.buffers.length),
      slots: take(optimizer.slots.length),
    };
    const [images, target, weight, learningRate, firstCorrection, secondCorrection] = take(6);
    const output = trainStep(traced(this.#program, tracer), state, {
      images: images!,
      target: target!,
      weight: weight!,
      learningRate: learningRate!,
      firstCorrection: firstCorrection!,
      secondCorrection: secondCorrection!,
      termWeights: take(losses.length),
      uniform: (shape) => tracer.input(float(shape)),
    });
    return [
      output.monitor,
      ...(output.outcomes ? [output.outcomes] : []),
      ...output.state.weights,
      ...output.state.buffers,
      ...output.state.slots,
    ];
  }

  async #inferenceFor(count: number, size: readonly number[]): Promise<Program> {
    const key = [count, ...size].join(' x ');
    const known = this.#inferences.get(key);
    if (known) return known;
    const { model } = this.#program;
    const state = [...model.weights, ...model.buffers];
    const layouts = this.#heldLayouts()?.inputLayouts;
    const graph = await inferenceGraph(this.#program, [count, ...size], 'inputs');
    const program = await compile(this.#compute.runtime, graph, {
      name: 'inference',
      threads: this.#compute.threads,
      optimize: 'extended',
      ...(layouts && {
        inputLayouts: new Map([...layouts].filter(([index]) => index < state.length)),
      }),
    });
    this.#inferences.set(key, program);
    return program;
  }
}

/** A network whose weights no longer change: they are constants of the graph. */
export class CompiledNetwork implements Network {
  readonly #compute: Compute;
  readonly #program: NetworkProgram;
  readonly #state: StateArrays;
  readonly #sizes = new Map<string, Program>();

  constructor(compute: Compute, program: NetworkProgram, state: StateArrays) {
    this.#compute = compute;
    this.#program = program;
    this.#state = state;
  }

  async infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    const key = [count, ...size].join(' x ');
    let program = this.#sizes.get(key);
    if (!program) {
      const graph = await inferenceGraph(this.#program, [count, ...size], this.#state);
      program = await compile(this.#compute.runtime, graph, {
        name: 'inference',
        threads: this.#compute.threads,
        optimize: 'all',
      });
      this.#sizes.set(key, program);
    }
    const [logits] = await program.run([images]);
    return logits as Float32Array;
  }

  async dispose(): Promise<void> {
    for (const program of this.#sizes.values()) await program.dispose();
  }
}

/**
 * The forward pass, with weights and buffers as inputs before the images, or as constants.
 *
 * @param image [count, ...size]
 */
export async function inferenceGraph(
  program: NetworkProgram,
  image: readonly number[],
  state: 'inputs' | StateArrays,
) {
  const { model, facts } = program;
  const images = float([...image, facts.channels]);
  const given = state === 'inputs' ? [...model.weights, ...model.buffers] : [];
  const { graph } = await graphOf(
    [...given.map(({ shape }) => float(shape)), images],
    (tensors, tracer) => {
      const held = state === 'inputs' ? tensors.slice(0, -1) : constants(model, state);
      const logits = infer(
        tracedModel(program.model, tracer),
        {
          weights: held.slice(0, model.weights.length),
          buffers: held.slice(model.weights.length),
        },
        tensors.at(-1)!,
      );
      const expected = [...image, facts.classes.length];
      if (logits.shape.join() !== expected.join()) {
        throw logitsShape('model', logits.shape, expected);
      }
      return [logits];
    },
  );
  return graph;
}

function constants(model: Model, { weights, buffers }: StateArrays): tf.Tensor[] {
  const shapes = [...model.weights, ...model.buffers].map(({ shape }) => [...shape]);
  return [...weights, ...buffers].map((values, index) => tf.tensor(values, shapes[index]!));
}

/** The same program, whose plugins are named where one cannot be traced. */
function traced(program: StepProgram, tracer: Tracer): StepProgram {
  return {
    ...program,
    model: tracedModel(program.model, tracer),
    losses: program.losses.map(
      (loss, index): Loss =>
        (input) =>
          tracer.at(program.places?.[index] ?? `loss[${index}]`, () => loss(input)),
    ),
  };
}

function tracedModel(model: Model, tracer: Tracer): Model {
  return {
    weights: model.weights,
    buffers: model.buffers,
    multipleOf: model.multipleOf,
    forward: (call) => tracer.at('model', () => model.forward(call)),
  };
}

function float(shape: readonly number[]): InputSpec {
  return { shape, type: 'float32' };
}

/** Whether an error says that a function has to run eagerly. */
export function isNotTraceable(error: unknown): error is NotTraceable {
  return error instanceof NotTraceable;
}
