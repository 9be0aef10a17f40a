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
import type { NetworkProgram, StepProgram } from '../step/program.ts';
import { inferredWith } from '../step/state.ts';
import type { Compute } from './compute.ts';
import { float, tracedModel } from './inferenceGraph.ts';
import { InferencePrograms } from './inferencePrograms.ts';
import { ProgramCache } from './programCache.ts';
import type {
  Inferred,
  Network,
  NetworkArrays,
  Runner,
  StateArrays,
  StepCall,
  StepResult,
} from './runner.ts';
import { byKind, inOrder, partOf, StepInputs, type StepPart } from './stepInputs.ts';

/** Told when a program is ready to run. */
export type OnCompiled = (
  what: string,
  result: { readonly operators: number; readonly seconds: number },
) => void;

interface CompiledStep {
  readonly program: Program;
  readonly inputs: StepInputs;
  /** Inputs that the model asked for: numbers for its dropout. */
  readonly asked: readonly InputSpec[];
}

/** One array of the state. The first program that uses it decides how its axes lie. */
interface Held {
  readonly port: Port;
  now: Elements;
  /** What the next step that changes it writes into. */
  next: Elements;
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
  /** The state in the order of stepInputs; each as it was given, until a program uses it. */
  readonly #state: (Held | Float32Array)[];

  constructor(compute: Compute, program: StepProgram, state: StateArrays, onCompiled: OnCompiled) {
    this.#compute = compute;
    this.#program = program;
    this.#onCompiled = onCompiled;
    this.#steps = new ProgramCache(({ program: step }) => step.dispose(), compute.pixelsKept);
    this.#state = inOrder(state);
  }

  /** @throws NotTraceable where a plugin does what a graph cannot hold; the state is as before */
  async step(call: StepCall): Promise<StepResult> {
    const { program, inputs, asked } = await this.#stepFor(call);
    const held = (place: number) => this.#state[place] as Held;
    const uniform = asked.map(({ shape }) => {
      const values = new Float32Array(tf.util.sizeFromShape([...shape]));
      call.uniform(values);
      return values;
    });
    const said = Array.from({ length: inputs.reported }, () => undefined);
    const results = await program.run(
      [...inputs.reads.map((place) => held(place).now), ...inputs.values(call), ...uniform],
      [...said, ...inputs.writes.map((place) => held(place).next)],
    );
    for (const place of inputs.writes) {
      const one = held(place);
      [one.now, one.next] = [one.next, one.now];
    }
    return inputs.report(results.slice(0, inputs.reported) as Float32Array[]);
  }

  async infer(images: Float32Array, count: number, size: readonly number[]): Promise<Inferred> {
    const { weights, buffers } = inferredWith(byKind(this.#program, this.#state));
    const used = [...weights, ...buffers];
    const layouts = used.flatMap((one, index) =>
      one instanceof Float32Array ? [] : [[index, one.port.layout] as const],
    );
    this.#inference ??= new InferencePrograms(
      this.#compute,
      this.#program,
      'inputs',
      new Map(layouts),
    );
    return await this.#inference.run(
      used.map((one) => (one instanceof Float32Array ? one : one.now)),
      images,
      count,
      size,
    );
  }

  state(): StateArrays {
    const arrays = this.#state.map((one) =>
      one instanceof Float32Array ? one : (outOfPort(one.port, one.now) as Float32Array),
    );
    return byKind(this.#program, arrays);
  }

  load(state: StateArrays): void {
    for (const [place, values] of inOrder(state).entries()) {
      const one = this.#state[place]!;
      if (one instanceof Float32Array) this.#state[place] = values;
      else one.now = intoPort(one.port, values);
    }
  }

  async dispose(): Promise<void> {
    await this.#steps.clear();
    await this.#inference?.dispose();
  }

  async #stepFor(call: StepCall): Promise<CompiledStep> {
    const shape = [call.count, ...call.size];
    const part = partOf(call);
    const known = this.#steps.get(shape, part);
    if (known) return known;
    const started = performance.now();
    const inputs = new StepInputs(this.#program, part);
    const { graph, asked } = await graphOf(inputs.shapes(shape).map(float), (tensors, tracer) =>
      inputs.run(traced(this.#program, tracer), tensors, (wanted) => tracer.input(float(wanted))),
    );
    const place = new Map(inputs.reads.map((held, index) => [held, index]));
    const program = await compile(this.#compute.runtime, graph, {
      name: 'training step',
      threads: this.#compute.threads,
      optimize: 'extended',
      ...(this.#compute.profile !== undefined && { profile: this.#compute.profile }),
      freeInputs: new Set(inputs.reads.keys()),
      inputLayouts: this.#layouts(inputs.reads),
      outputLike: new Map(
        inputs.writes.map((held, index) => [inputs.reported + index, place.get(held)!]),
      ),
    });
    await this.#hold(program, inputs.reads);
    this.#onCompiled(`${WHAT[part]} of ${shape.join(' x ')}`, {
      operators: program.operators,
      seconds: (performance.now() - started) / 1000,
    });
    const compiled = { program, inputs, asked };
    await this.#steps.add(shape, compiled, part);
    return compiled;
  }

  /** Layouts of those inputs that lie in memory already. */
  #layouts(reads: readonly number[]): Map<number, readonly number[]> {
    return new Map(
      reads.flatMap((place, index) => {
        const one = this.#state[place]!;
        return one instanceof Float32Array ? [] : [[index, one.port.layout] as const];
      }),
    );
  }

  /** Lays out what no program has used before, as this one wants it. */
  async #hold(program: Program, reads: readonly number[]): Promise<void> {
    const fresh = [...reads.entries()].filter(
      ([, place]) => this.#state[place] instanceof Float32Array,
    );
    if (fresh.length === 0) return;
    for (const [index, place] of fresh) {
      const port = program.inputs[index]!;
      const values = this.#state[place] as Float32Array;
      const now = intoPort(port, values);
      this.#state[place] = { port, now, next: new Float32Array(values.length) };
    }
    // Programs made before take the state as it lay.
    await this.#inference?.dispose();
    this.#inference = undefined;
  }
}

const WHAT: Readonly<Record<StepPart, string>> = {
  whole: 'training step',
  gather: 'training step that gathers a gradient',
  finish: 'training step that ends with an update',
};

/** A network whose weights no longer change: they are constants of the graph. */
export class CompiledNetwork implements Network {
  readonly #programs: InferencePrograms;

  constructor(compute: Compute, program: NetworkProgram, state: NetworkArrays) {
    this.#programs = new InferencePrograms(compute, program, state);
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Inferred> {
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
