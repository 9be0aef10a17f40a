import {
  compile,
  type Elements,
  graphOf,
  type InputSpec,
  intoPort,
  outOfPort,
  type Port,
  type Program,
  type Tracer,
} from '@raremask/compiler';
import type { Loss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { type NetworkProgram, type StepProgram, trainStep } from '../step/trainStep.ts';
import type { Compute } from './compute.ts';
import { float, tracedModel } from './inferenceGraph.ts';
import { InferencePrograms } from './inferencePrograms.ts';
import { ProgramCache } from './programCache.ts';
import type { Network, Runner, StateArrays, StepCall, StepResult } from './runner.ts';

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
  readonly #steps: ProgramCache<CompiledStep>;
  #inference: InferencePrograms | undefined;
  readonly #initial: readonly Float32Array[];
  /** The state as it is between steps; undefined before the first. */
  #held: { ports: readonly Port[]; now: Elements[]; next: Elements[] } | undefined;

  constructor(compute: Compute, program: StepProgram, state: StateArrays, onCompiled: OnCompiled) {
    this.#compute = compute;
    this.#program = program;
    this.#onCompiled = onCompiled;
    this.#steps = new ProgramCache(({ program: step }) => step.dispose(), compute.pixelsKept);
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
    const { model } = this.#program;
    const state = this.#held?.now ?? this.#initial;
    const used = state.slice(0, model.weights.length + model.buffers.length);
    this.#inference ??= new InferencePrograms(
      this.#compute,
      this.#program,
      'inputs',
      this.#held && new Map(used.map((_, index) => [index, this.#held!.ports[index]!.layout])),
    );
    return await this.#inference.run(used, images, count, size);
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
    await this.#steps.clear();
    await this.#inference?.dispose();
  }

  /** Names of what a step says beside the new state. */
  #reported(): string[] {
    return this.#program.outcomes ? ['monitor', 'outcomes'] : ['monitor'];
  }

  async #stepFor(call: StepCall): Promise<CompiledStep> {
    const shape = [call.count, ...call.size];
    const known = this.#steps.get(shape);
    if (known) return known;
    const started = performance.now();
    const { model, losses, optimizer, facts } = this.#program;
    const state = [...model.weights, ...model.buffers, ...optimizer.slots];
    const specs = [
      ...state.map(({ shape }) => float(shape)),
      float([...shape, facts.channels]),
      float([...shape, facts.classes.length]),
      float([...shape, 1]),
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
    if (this.#held === undefined) {
      this.#held = {
        ports: program.inputs.slice(0, state.length),
        now: this.#initial.map((values, index) => intoPort(program.inputs[index]!, values)),
        next: this.#initial.map((values) => new Float32Array(values.length)),
      };
      // Programs made before take the state as it lay.
      await this.#inference?.dispose();
      this.#inference = undefined;
    }
    this.#onCompiled(`training step of ${shape.join(' x ')}`, {
      operators: program.operators,
      seconds: (performance.now() - started) / 1000,
    });
    const compiled = { program, asked };
    await this.#steps.add(shape, compiled);
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
}

/** A network whose weights no longer change: they are constants of the graph. */
export class CompiledNetwork implements Network {
  readonly #programs: InferencePrograms;

  constructor(compute: Compute, program: NetworkProgram, state: StateArrays) {
    this.#programs = new InferencePrograms(compute, program, state);
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    return this.#programs.run([], images, count, size);
  }

  dispose(): Promise<void> {
    return this.#programs.dispose();
  }
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
