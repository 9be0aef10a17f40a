import {
  type CompileOptions,
  compile,
  compileInSegments,
  DeviceLost,
  type DeviceTensor,
  disposeOperand,
  type Elements,
  EXCHANGE,
  type Graph,
  graphOf,
  type InputSpec,
  inMemory,
  intoPort,
  isOnDevice,
  Joined,
  largestIn,
  NotTraceable,
  type Operand,
  openReader,
  outOfPort,
  type Port,
  type Program,
  type Reader,
  refusalOf,
  type Tracer,
} from '@raremask/compiler';
import { isRaremaskError, type Loss, type OnEvent } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { tensorTooLarge } from '../errors.ts';
import type { NetworkProgram, StepProgram } from '../step/program.ts';
import { inferredWith } from '../step/state.ts';
import { type Compute, precisionOf } from './compute.ts';
import { exchanged } from './exchanged.ts';
import { float, tracedModel } from './inferenceGraph.ts';
import { InferencePrograms } from './inferencePrograms.ts';
import { PlacementNotes } from './placementNotes.ts';
import { ProgramCache } from './programCache.ts';
import { inMiB, type Room, requireMemory, roomOf, withRoom } from './room.ts';
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
import { byKind, inOrder, isUsable, partOf, StepInputs, type StepPart } from './stepInputs.ts';

interface CompiledStep {
  readonly program: Program;
  readonly inputs: StepInputs;
  /** Inputs that the model asked for: numbers for its dropout. */
  readonly asked: readonly InputSpec[];
  /** What it was estimated to need. */
  readonly room: Room;
  /** Whether one run makes several. */
  readonly repeated: boolean;
}

/** What steps have said. */
interface Said {
  readonly inputs: StepInputs;
  readonly said: readonly Float32Array[][];
}

/**
 * Where steps are repeated in one run, so many are made at once, so many bytes of batches are brought, and so many
 * seconds go by before it is over, at most.
 */
const MOST = { steps: 16, bytes: 2 ** 29, seconds: 2 };

/** One array of the state. The first program that uses it decides how its axes lie. */
interface Held {
  readonly port: Port;
  /** On a GPU, what the step left there, as soon as one has changed it. */
  now: Operand;
  /** What the next step that changes it writes into; undefined where that stays on a GPU. */
  next: Elements | undefined;
}

/**
 * Runs steps as one native graph for each size of batch. Weights, buffers and the optimizer's slots
 * stay in arrays that the runtime reads from and writes into, two sets in turn, in the order of axes
 * that its operators want; or in a GPU's memory, where its provider can leave them there.
 */
export class CompiledRunner implements Runner {
  readonly #compute: Compute;
  readonly #program: StepProgram;
  readonly #emit: OnEvent;
  readonly #placed: PlacementNotes;
  readonly #steps: ProgramCache<CompiledStep>;
  #inference: InferencePrograms | undefined;
  #reader: { readonly places: string; readonly reader: Reader } | undefined;
  /** Steps to be made at once, by what the last run took. */
  #atOnce = 1;
  /** Whether the provider makes several steps in one run: until it has, that is hoped. */
  #repeats: 'hoped' | 'does' | 'cannot';
  /** Memory of what was exchanged last. */
  #exchanged: readonly Float32Array[] = [];
  /** The state in the order of stepInputs; each as it was given, until a program uses it. */
  readonly #state: (Held | Float32Array)[];

  constructor(compute: Compute, program: StepProgram, state: StateArrays, emit: OnEvent) {
    this.#compute = compute;
    this.#program = program;
    this.#emit = emit;
    this.#placed = new PlacementNotes(emit);
    this.#steps = new ProgramCache(async ({ program: step }) => {
      await this.#bringHome();
      await step.dispose();
    }, compute.pixelsKept);
    this.#state = inOrder(state);
    this.#repeats = compute.runtime.provider.repeats ? 'hoped' : 'cannot';
  }

  /**
   * @throws NotTraceable where a plugin does what a graph cannot hold; the state is as before
   * @throws DeviceLost
   */
  async step(call: StepCall): Promise<StepResult> {
    const { inputs, said } = await this.#run(partOf(call), [call.count, ...call.size], [call]);
    return inputs.report(said[0]!);
  }

  async steps(calls: readonly StepCall[]): Promise<readonly StepResult[]> {
    const [first] = calls as [StepCall];
    const { inputs, said } = await this.#run('whole', [first.count, ...first.size], calls);
    return said.map((one) => inputs.report(one));
  }

  get atOnce(): number {
    return this.#atOnce;
  }

  async exchange(change: Exchange): Promise<void> {
    const away = await this.#read();
    this.#exchanged = exchanged(
      this.#program,
      change,
      {
        read: (place) => this.#values(place, away),
        put: (place, values) => this.#put(place, values),
      },
      this.#exchanged,
    );
  }

  async update(call: UpdateCall): Promise<number> {
    const { said } = await this.#run('update', [], [call]);
    return said[0]![0]![0]!;
  }

  /** Computes steps; where the provider turns out not to make several in one run, one, and each alone from then on. */
  async #run(
    part: StepPart,
    shape: readonly number[],
    calls: readonly (StepCall | UpdateCall)[],
  ): Promise<Said> {
    try {
      return await this.#made(part, shape, calls);
    } catch (error) {
      const isKnown =
        isRaremaskError(error) || error instanceof DeviceLost || error instanceof NotTraceable;
      if (this.#repeats !== 'hoped' || part !== 'whole' || isKnown) throw error;
      this.#repeats = 'cannot';
      const text = `several steps are not made in one run, which would be faster: ${(error as Error).message}`;
      this.#emit({ type: 'note', level: 'info', text });
      await this.#steps.clear();
      return await this.#made(part, shape, calls);
    }
  }

  /**
   * Computes steps, keeps the new state where it is usable, and gives what each of them says. Where one of several
   * is not usable, those before it are computed again, so that the state is theirs.
   */
  async #made(
    part: StepPart,
    shape: readonly number[],
    calls: readonly (StepCall | UpdateCall)[],
  ): Promise<Said> {
    const step = await this.#stepFor(part, shape);
    const { program, inputs } = step;
    const given = calls
      .slice(0, step.repeated ? MOST.steps : 1)
      .map((call) => [...inputs.values(call), ...drawn(step.asked, call)]);
    let times = given.length;
    let unusable: Float32Array[][] = [];
    for (;;) {
      const started = performance.now();
      const said = await this.#once(step, shape, given.slice(0, times));
      if (step.repeated) {
        this.#repeats = 'does';
        this.#note(given, (performance.now() - started) / 1000 / times);
      }
      this.#placed.after(WHAT[part], program);
      const usable = said.findIndex((one) => !isUsable(one));
      if (usable < 0) return { inputs, said: [...said, ...unusable] };
      if (usable === 0) return { inputs, said: said.slice(0, 1) };
      unusable = [said[usable]!];
      times = usable;
    }
  }

  /** One run of a program, of so many steps as inputs are given for; the state is new where all of them are usable. */
  async #once(
    { program, inputs, room }: CompiledStep,
    shape: readonly number[],
    given: readonly (readonly Float32Array[])[],
  ): Promise<Float32Array[][]> {
    const held = (place: number) => this.#state[place] as Held;
    const [first] = given as [readonly Float32Array[]];
    // One step's are handed over as they are.
    const own =
      given.length === 1
        ? first
        : first.map((_, at) => new Joined(given.map((one) => one[at]!)).values);
    const said = Array.from({ length: inputs.reported }, () => undefined);
    const results = await withRoom(room, shape, () =>
      program.run(
        [...inputs.reads.map((place) => held(place).now), ...own],
        [...said, ...inputs.writes.map((place) => held(place).next)],
        given.length,
      ),
    );
    const report = inMemory(results.slice(0, inputs.reported)) as Float32Array[];
    const each = given.map((_, time) => report.map((all) => partAt(all, time, given.length)));
    const usable = each.every(isUsable);
    for (const [index, place] of inputs.writes.entries()) {
      const one = held(place);
      const made = results[inputs.reported + index]!;
      const other = usable ? one.now : made;
      if (usable) one.now = made;
      if (isOnDevice(other)) other.dispose();
      one.next = isOnDevice(made) ? undefined : (other as Elements);
    }
    return each;
  }

  /** How many steps to make at once. @param seconds of one */
  #note(given: readonly (readonly Float32Array[])[], seconds: number): void {
    const bytes = given[0]!.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const most = Math.min(MOST.steps, MOST.bytes / bytes, MOST.seconds / seconds);
    this.#atOnce = Math.max(Math.floor(most), 1);
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
      this.#placed,
      new Map(layouts),
    );
    return await this.#inference.run(
      used.map((one) => (one instanceof Float32Array ? one : one.now)),
      images,
      count,
      size,
    );
  }

  async state(): Promise<StateArrays> {
    const away = await this.#read();
    return byKind(
      this.#program,
      this.#state.map((_, place) => this.#values(place, away)),
    );
  }

  load(state: StateArrays): void {
    for (const [place, values] of inOrder(state).entries()) this.#put(place, values);
  }

  async dispose(): Promise<void> {
    for (const one of this.#state.splice(0)) {
      if (!(one instanceof Float32Array)) disposeOperand(one.now);
    }
    await this.#steps.clear();
    await this.#inference?.dispose();
    await this.#reader?.reader.dispose();
  }

  /** One array of the state, as tfjs orders its elements. @param away what lies on a GPU */
  #values(place: number, away: ReadonlyMap<number, Elements>): Float32Array {
    const one = this.#state[place]!;
    if (one instanceof Float32Array) return one;
    const elements = isOnDevice(one.now) ? away.get(place)! : one.now;
    return outOfPort(one.port, elements) as Float32Array;
  }

  #put(place: number, values: Float32Array): void {
    const one = this.#state[place]!;
    if (one instanceof Float32Array) this.#state[place] = values;
    else {
      disposeOperand(one.now);
      one.now = intoPort(one.port, values);
    }
  }

  /** What lies on a GPU, by its place in the state. */
  async #read(): Promise<Map<number, Elements>> {
    const places: number[] = [];
    const held: Held[] = [];
    for (const [place, one] of this.#state.entries()) {
      if (one instanceof Float32Array || !isOnDevice(one.now)) continue;
      places.push(place);
      held.push(one);
    }
    if (places.length === 0) return new Map();
    if (this.#reader?.places !== places.join()) {
      await this.#reader?.reader.dispose();
      const reader = await openReader(
        this.#compute.runtime,
        held.map(({ port }) => port),
      );
      this.#reader = { places: places.join(), reader };
    }
    const elements = await this.#reader.reader.read(held.map(({ now }) => now as DeviceTensor));
    return new Map(elements.map((one, index) => [places[index]!, one]));
  }

  /** A tensor of a device lives in the memory of the session that made it, and must not outlive it. */
  async #bringHome(): Promise<void> {
    for (const [place, elements] of await this.#read()) {
      const one = this.#state[place] as Held;
      disposeOperand(one.now);
      one.now = elements;
    }
  }

  async #stepFor(part: StepPart, shape: readonly number[]): Promise<CompiledStep> {
    const known = this.#steps.get(shape, part);
    if (known) return known;
    const started = performance.now();
    const inputs = new StepInputs(this.#program, part);
    const { graph, asked } = await graphOf(inputs.shapes(shape).map(float), (tensors, tracer) =>
      inputs.run(traced(this.#program, tracer), tensors, (wanted) => tracer.input(float(wanted))),
    );
    const room = roomOf(graph, stateBytes(this.#state));
    if (this.#compute.runtime.provider.name === 'cpu') requireMemory(room, shape);
    await this.#requireRoom(graph, shape);
    const { runtime } = this.#compute;
    const sum = part === 'update' ? undefined : this.#program.processes?.sum;
    const repeated = part === 'whole' && sum === undefined && this.#repeats !== 'cannot';
    const place = new Map(inputs.reads.map((held, index) => [held, index]));
    const options: CompileOptions = {
      name: 'training step',
      threads: this.#compute.threads,
      optimize: 'extended',
      ...(this.#compute.profile !== undefined && { profile: this.#compute.profile }),
      ...precisionOf(this.#compute, graph),
      stays: new Set(inputs.writes.map((_, index) => inputs.reported + index)),
      repeated,
      freeInputs: new Set(inputs.reads.keys()),
      inputLayouts: this.#layouts(inputs.reads),
      outputLike: new Map(
        inputs.writes.map((held, index) => [inputs.reported + index, place.get(held)!]),
      ),
    };
    const program = await withRoom(room, shape, () =>
      sum && sums(graph)
        ? compileInSegments(runtime, graph, options, sum)
        : compile(runtime, graph, options),
    );
    await this.#hold(program, inputs.reads);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.#emit({
      type: 'note',
      level: 'info',
      text: `compiled the ${[WHAT[part], shape.join(' x ')].filter(Boolean).join(' of ')}: ${program.operators} operators in ${seconds} s, about ${inMiB(room.bytes)} MiB`,
    });
    const compiled = { program, inputs, asked, room, repeated };
    await this.#steps.add(shape, compiled, part);
    return compiled;
  }

  /** @throws RaremaskError where the GPU has no room for the largest tensor of a step */
  async #requireRoom(graph: Graph, batch: readonly number[]): Promise<void> {
    const { shape, bytes } = largestIn(graph);
    const refusal = await refusalOf(this.#compute.runtime, bytes);
    if (refusal !== undefined) throw tensorTooLarge(batch, shape, bytes, refusal);
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
      const { resident } = this.#compute.runtime.provider;
      const next = resident ? undefined : new Float32Array(values.length);
      this.#state[place] = { port, now, next };
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
  update: 'update',
};

/** Numbers for the inputs that a model has asked for. */
function drawn(asked: readonly InputSpec[], call: StepCall | UpdateCall): Float32Array[] {
  return asked.map(({ shape }) => {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    (call as StepCall).uniform(values);
    return values;
  });
}

/** One of so many parts of one length. */
function partAt(all: Float32Array, index: number, parts: number): Float32Array {
  const length = all.length / parts;
  return all.subarray(index * length, (index + 1) * length);
}

/** A network whose weights no longer change: they are constants of the graph. */
export class CompiledNetwork implements Network {
  readonly #programs: InferencePrograms;

  constructor(compute: Compute, program: NetworkProgram, state: NetworkArrays, emit: OnEvent) {
    this.#programs = new InferencePrograms(compute, program, state, new PlacementNotes(emit));
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Inferred> {
    return this.#programs.run([], images, count, size);
  }

  dispose(): Promise<void> {
    return this.#programs.dispose();
  }
}

/** Whether processes meet in the midst of a step. */
function sums({ nodes }: Graph): boolean {
  return nodes.some(({ kernel }) => kernel === EXCHANGE);
}

/** Bytes of the state, once. */
function stateBytes(state: readonly (Held | Float32Array)[]): number {
  const sizes = state.map((one) =>
    one instanceof Float32Array ? one.length : tf.util.sizeFromShape([...one.port.shape]),
  );
  return 4 * sizes.reduce((sum, size) => sum + size, 0);
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
    optimizer: {
      ...program.optimizer,
      update: (call) =>
        tracer.at(program.optimizerPlace ?? 'train.optimizer', () =>
          program.optimizer.update(call),
        ),
    },
  };
}
