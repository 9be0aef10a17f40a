import type * as tf from '@tensorflow/tfjs';
import { changesBetweenCalls } from './errors.ts';
import { type Elements, type ElementType, type Graph, sizeOf, zerosOf } from './graph.ts';
import type { Layout } from './layout.ts';
import { physicalShape, rowMajor } from './layout.ts';
import { type LowerOptions, lower, permuted, straightened } from './lower.ts';
import { generalize } from './onnx/generalize.ts';
import { repeated } from './onnx/repeated.ts';
import { withoutDead } from './passes/dead.ts';
import { simplified } from './passes/simplify.ts';
import { isOnDevice, type Operand } from './providers/device.ts';
import type { Placement } from './providers/placement.ts';
import type { Runtime } from './runtime.ts';
import { ProfiledSession, type SessionOptions } from './session.ts';
import { type InputSpec, type Trace, type Tracer, trace } from './trace.ts';
import { UnsharedInputs } from './unsharedInputs.ts';

export interface CompileOptions extends LowerOptions, SessionOptions {
  /** Results (by place) that stay in the device's memory, where the provider can leave them there. */
  readonly stays?: ReadonlySet<number>;
  /**
   * Whether one run may make several, one after the other: what has the layout of an input (`outputLike`) is that
   * input of the next.
   */
  readonly repeated?: boolean;
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
  /** Who ran what in the first run, where a GPU computes; undefined before it. */
  readonly placement: Placement | undefined;
  /**
   * @param inputs elements of each input, as they lie in memory by its layout, or tensors of the device
   * @param outputs arrays that results are written into; those left out are made
   * @param times of a repeated program: how often it is made. Inputs that no result is like, and results that are
   *   like no input, lie one after the other.
   * @returns results in the same form; those that stay on the device belong to the caller
   * @throws DeviceLost
   */
  run(
    inputs: readonly Operand[],
    outputs?: readonly (Elements | undefined)[],
    times?: number,
  ): Promise<Operand[]>;
  dispose(): Promise<void>;
}

export async function compile(
  runtime: Runtime,
  graph: Graph,
  options: CompileOptions,
): Promise<Program> {
  const { provider } = runtime;
  const { model: once, layouts } = lower(graph, { provider, ...options });
  const next = (options.repeated && options.outputLike) || undefined;
  const model = next ? repeated(once, next) : once;
  const inputs = graph.inputs.map(({ shape, type }, index) => ({
    shape,
    type,
    layout: layouts[index]!,
  }));
  const outputs = graph.outputs.map(({ shape, type }, index) => {
    const like = options.outputLike?.get(index);
    const layout =
      like === undefined
        ? (options.outputLayouts?.get(index) ?? rowMajor(shape.length))
        : layouts[like]!;
    return { shape, type, layout };
  });
  const outputNames = model.outputs.map(({ name }) => name);
  const stays = (index: number) => provider.resident && (options.stays?.has(index) ?? false);
  const session = await ProfiledSession.open(runtime, model, options, {
    locations: Object.fromEntries(
      outputNames.map((name, index) => [name, stays(index) ? 'gpu-buffer' : 'cpu'] as const),
    ),
  });
  const inputNames = model.inputs.map(({ name }) => name);
  const carried = new Set(next?.values());
  const isInputOwn = (place: number) => next !== undefined && !carried.has(place);
  const isOutputOwn = (place: number) => next !== undefined && !next.has(place);
  const tensor = ({ type, shape, layout }: Port, elements: Elements, times: readonly number[]) =>
    new runtime.Tensor(type, elements as Float32Array, [...times, ...physicalShape(shape, layout)]);
  const unshared = new UnsharedInputs();
  return {
    inputs,
    outputs,
    operators: once.nodes.length,
    get placement() {
      return session.placement;
    },
    run: (shared, into = [], times = 1) =>
      unshared.during(shared, async (given) => {
        const feeds = Object.fromEntries(
          inputs.map((port, index) => {
            const operand = given[index]!;
            const fed = isOnDevice(operand)
              ? operand
              : tensor(port, operand, isInputOwn(index) ? [times] : []);
            return [inputNames[index]!, fed];
          }),
        );
        // The runtime binds all results to places of its own, or all to given ones.
        if (provider.resident) {
          const results = await session.run(feeds);
          return outputNames.map((name, index) => {
            if (stays(index)) return results[name]!;
            const elements = results[name]!.data as Elements;
            into[index]?.set(elements);
            return into[index] ?? elements;
          });
        }
        const results = outputs.map(
          (port, index) =>
            into[index] ??
            zerosOf(port.type, sizeOf(port.shape) * (isOutputOwn(index) ? times : 1)),
        );
        const fetches = Object.fromEntries(
          outputs.map((port, index) => [
            outputNames[index]!,
            tensor(port, results[index]!, isOutputOwn(index) ? [times] : []),
          ]),
        );
        await session.run(feeds, fetches);
        return results;
      }),
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
    inputs: readonly Operand[],
    shapes: ReadonlyMap<number, readonly number[]>,
  ): Promise<Elements[]>;
  /** Who ran what in the first run, where a GPU computes. */
  readonly placement: Placement | undefined;
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
  const lowered = [first, second].map((graph) =>
    lower(graph, { provider: runtime.provider, ...options, portable: true }),
  );
  const [{ model, layouts }, other] = lowered as [Lowering, Lowering];
  const general = generalize(model, other.model, (axis, port) => `${port}${axis}`);
  const session = await ProfiledSession.open(runtime, general, options);
  const names = general.inputs.map(({ name }) => name);
  const unshared = new UnsharedInputs();
  return {
    get placement() {
      return session.placement;
    },
    run: (shared, shapes) =>
      unshared.during(shared, async (given) => {
        const feeds = first.inputs.map(({ shape, type }, index) => {
          const operand = given[index]!;
          if (isOnDevice(operand)) return [names[index]!, operand];
          const physical = physicalShape(shapes.get(index) ?? shape, layouts[index]!);
          return [names[index]!, new runtime.Tensor(type, operand as Float32Array, physical)];
        });
        const results = await session.run(Object.fromEntries(feeds));
        return general.outputs.map(({ name }) => results[name]!.data as Elements);
      }),
    dispose: () => session.release(),
  };
}

type Lowering = ReturnType<typeof lower>;

/** Elements as tfjs has them, as a port has them. */
export function intoPort(port: Port, elements: Elements): Elements {
  return permuted(elements, port.shape, port.layout, port.type);
}

/** Elements of a port as tfjs has them. */
export function outOfPort(port: Port, elements: Elements): Elements {
  return straightened(elements, port.shape, port.layout, port.type);
}
