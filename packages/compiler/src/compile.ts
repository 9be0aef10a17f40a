import type * as tf from '@tensorflow/tfjs';
import { changesBetweenCalls } from './errors.ts';
import { type Elements, type ElementType, elementsOf, type Graph, sizeOf } from './graph.ts';
import type { Layout } from './layout.ts';
import { physicalShape } from './layout.ts';
import { type LowerOptions, lower, permuted, straightened } from './lower.ts';
import { encode } from './onnx/encode.ts';
import { generalize } from './onnx/generalize.ts';
import type { OnnxModel } from './onnx/model.ts';
import { withoutDead } from './passes/dead.ts';
import { simplified } from './passes/simplify.ts';
import type { Runtime } from './runtime.ts';
import { type InputSpec, type Trace, type Tracer, trace } from './trace.ts';

export interface CompileOptions extends LowerOptions {
  /** Threads that one run uses. */
  readonly threads: number;
  /** Where the runtime writes how long each operator took; nothing is written where it is left out. */
  readonly profile?: string;
  /**
   * `all` lets the runtime lay out images anew, which pays where weights are constants; `extended`
   * leaves layouts to the compiler.
   */
  readonly optimize: 'extended' | 'all';
}

/**
 * Traces a function and simplifies what it does: the graph that is then lowered.
 *
 * The function is called twice, the second time at another time and with other random numbers. A graph
 * holds the numbers of one call, so a function that makes others each time (random ones, a clock, a
 * counter) is refused instead of being frozen. Where it keeps constants that it made in the first call, a
 * third one shows whether they stay.
 *
 * @throws NotTraceable
 */
export async function graphOf(
  inputs: readonly InputSpec[],
  run: (tensors: tf.Tensor[], tracer: Tracer) => readonly tf.Tensor[],
): Promise<{ readonly graph: Graph; readonly asked: readonly InputSpec[] }> {
  const first = await trace(inputs, run);
  let second = await trace(inputs, run, 1);
  if (second.keeps) {
    const third = await trace(inputs, run, 2);
    requireSame(second, third);
    second = third;
  } else requireSame(first, second);
  return { graph: withoutDead(simplified(second.graph)), asked: second.asked };
}

function requireSame(first: Trace, second: Trace): void {
  const changed = second.constants.find((value, index) => {
    const before = first.constants[index]?.constant;
    return !value.constant!.every((element, at) => Object.is(element, before?.[at]));
  });
  const longer = first.constants.length !== second.constants.length;
  const other = first.graph.nodes.length !== second.graph.nodes.length;
  if (changed || longer || other) throw changesBetweenCalls(changed?.place);
}

/** One input or result of a compiled program. */
export interface Port {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly layout: Layout;
}

/** A graph that the runtime has made ready. */
export interface Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Operators of the ONNX graph. */
  readonly operators: number;
  /**
   * @param inputs elements of each input, as they lie in memory by its layout
   * @param outputs arrays that results are written into; those left out are made
   */
  run(
    inputs: readonly Elements[],
    outputs?: readonly (Elements | undefined)[],
  ): Promise<Elements[]>;
  dispose(): Promise<void>;
}

export async function compile(
  runtime: Runtime,
  graph: Graph,
  options: CompileOptions,
): Promise<Program> {
  const { model, layouts } = lower(graph, { block: runtime.block, ...options });
  const session = await openSession(runtime, model, options);
  const inputs = graph.inputs.map(({ shape, type }, index) => ({
    shape,
    type,
    layout: layouts[index]!,
  }));
  const outputs = graph.outputs.map(({ shape, type }, index) => {
    const like = options.outputLike?.get(index);
    const layout = like === undefined ? shape.map((_, axis) => axis) : layouts[like]!;
    return { shape, type, layout };
  });
  const inputNames = model.inputs.map(({ name }) => name);
  const outputNames = model.outputs.map(({ name }) => name);
  const tensor = (port: Port, elements: Elements) =>
    new runtime.Tensor(port.type, elements as Float32Array, physicalShape(port.shape, port.layout));
  return {
    inputs,
    outputs,
    operators: model.nodes.length,
    async run(given, into = []) {
      const feeds = Object.fromEntries(
        inputs.map((port, index) => [inputNames[index]!, tensor(port, unshared(given[index]!))]),
      );
      const results = outputs.map(
        (port, index) => into[index] ?? elementsOf(port.type, new Uint8Array(sizeOf(port.shape))),
      );
      const fetches = Object.fromEntries(
        outputs.map((port, index) => [outputNames[index]!, tensor(port, results[index]!)]),
      );
      await session.run(feeds, fetches);
      return results;
    },
    dispose: () => session.release(),
  };
}

/** A program whose images may have any extents. */
export interface AnySizeProgram {
  /**
   * @param inputs elements of each input, as they lie in memory by its layout
   * @param shapes shapes of the inputs, where they are not those of the graph
   * @returns elements of each result, in the order of its axes
   */
  run(
    inputs: readonly Elements[],
    shapes: ReadonlyMap<number, readonly number[]>,
  ): Promise<Elements[]>;
  dispose(): Promise<void>;
}

/**
 * Compiles a function for any size, from its graphs for two sizes.
 *
 * @throws NotGeneral where the size decides about more than extents
 */
export async function compileAnySize(
  runtime: Runtime,
  [first, second]: readonly [Graph, Graph],
  options: Omit<CompileOptions, 'portable'>,
): Promise<AnySizeProgram> {
  const lowered = [first, second].map((graph) => lower(graph, { ...options, portable: true }));
  const [{ model, layouts }, other] = lowered as [Lowering, Lowering];
  const general = generalize(model, other.model, (axis, port) => `${port}${axis}`);
  const session = await openSession(runtime, general, options);
  const names = general.inputs.map(({ name }) => name);
  return {
    async run(given, shapes) {
      const feeds = first.inputs.map(({ shape, type }, index) => {
        const physical = physicalShape(shapes.get(index) ?? shape, layouts[index]!);
        const elements = unshared(given[index]!) as Float32Array;
        return [names[index]!, new runtime.Tensor(type, elements, physical)];
      });
      const results = await session.run(Object.fromEntries(feeds));
      return general.outputs.map(({ name }) => results[name]!.data as Elements);
    },
    dispose: () => session.release(),
  };
}

type Lowering = ReturnType<typeof lower>;

function openSession(runtime: Runtime, model: OnnxModel, options: CompileOptions) {
  return runtime.InferenceSession.create(encode(model), {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: options.optimize,
    logSeverityLevel: 3,
    // Threads that wait in a loop take the processor from those that read images: they go to sleep soon.
    extra: { session: { intra_op: { spin_duration_us: '20' } } },
    ...(options.profile !== undefined && {
      enableProfiling: true,
      profileFilePrefix: options.profile,
    }),
  });
}

/** The runtime does not take memory that threads share. */
function unshared(elements: Elements): Elements {
  return elements.buffer instanceof SharedArrayBuffer ? elements.slice() : elements;
}

/** Elements as tfjs has them, as a port has them. */
export function intoPort(port: Port, elements: Elements): Elements {
  return permuted(elements, port.shape, port.layout, port.type);
}

/** Elements of a port as tfjs has them. */
export function outOfPort(port: Port, elements: Elements): Elements {
  return straightened(elements, port.shape, port.layout, port.type);
}
