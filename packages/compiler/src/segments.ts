import { type CompileOptions, compile, type Port, type Program } from './compile.ts';
import { type Elements, type Graph, type Node, sizeOf, type Value, zerosOf } from './graph.ts';
import { Joined } from './joined.ts';
import { EXCHANGE } from './kernels/exchange.ts';
import { channelsFirst, type Layout, rowMajor } from './layout.ts';
import { preferredLayouts } from './passes/preferredLayouts.ts';
import { isOnDevice, type Operand } from './providers/device.ts';
import type { Runtime } from './runtime.ts';

/** Sums over processes, in place. */
export type Exchange = (values: Float32Array) => void;

/** A part of a graph between two exchanges. */
export interface Segment {
  readonly graph: Graph;
  /** Pairs of what is exchanged after it: the operand, and the result that later segments take. */
  readonly exchanged: readonly (readonly [from: Value, to: Value])[];
}

/**
 * Cuts a graph at its sums over processes. Whatever hangs on as many of them, one after the other, is one segment:
 * sums that do not wait for each other are made together. Processes whose graphs differ in the number of images
 * alone cut them alike.
 */
export function segmentsOf(graph: Graph): readonly Segment[] {
  const levels = new Map<Value, number>();
  const levelOf = (value: Value) => levels.get(value) ?? 0;
  const nodes: Node[][] = [[]];
  const exchanged: (readonly [Value, Value])[][] = [[]];
  for (const node of graph.nodes) {
    const level = Math.max(0, ...node.inputs.map(levelOf));
    const isExchange = node.kernel === EXCHANGE;
    for (const output of node.outputs) levels.set(output, level + (isExchange ? 1 : 0));
    while (nodes.length <= level + (isExchange ? 1 : 0)) {
      nodes.push([]);
      exchanged.push([]);
    }
    if (isExchange) exchanged[level]!.push([node.inputs[0]!, node.outputs[0]!]);
    else nodes[level]!.push(node);
  }
  return nodes.map((own, level) => {
    const made = new Set(own.flatMap(({ outputs }) => outputs));
    const used = new Set(own.flatMap(({ inputs }) => inputs));
    const later = new Set([
      ...nodes.slice(level + 1).flatMap((list) => list.flatMap(({ inputs }) => inputs)),
      ...exchanged.flatMap((pairs) => pairs.map(([from]) => from)),
      ...graph.outputs,
    ]);
    return {
      graph: {
        nodes: own,
        inputs: [...used].filter((value) => !made.has(value) && value.constant === undefined),
        outputs: [...made].filter((value) => later.has(value)),
      },
      exchanged: exchanged[level]!,
    };
  });
}

interface Made {
  readonly program: Program;
  readonly segment: Segment;
}

/**
 * Compiles a graph that sums over processes: each of its segments is a program, and sums are made between them.
 *
 * @param exchange called by all processes alike, once after each segment but the last
 */
export async function compileInSegments(
  runtime: Runtime,
  graph: Graph,
  options: CompileOptions,
  exchange: Exchange,
): Promise<Program> {
  const layouts = layoutsOf(graph, options);
  const layoutOf = (value: Value) => layouts.get(value) ?? insideLayout(value);
  const numbered = (values: readonly Value[]) =>
    new Map(values.map((value, index) => [index, layoutOf(value)] as const));
  const made: Made[] = [];
  for (const [index, segment] of segmentsOf(graph).entries()) {
    const { threads, optimize, profile, halves } = options;
    const program = await compile(runtime, segment.graph, {
      ...{ name: `${options.name}, segment ${index + 1}`, threads, optimize },
      ...(profile !== undefined && { profile }),
      ...(halves && { halves }),
      inputLayouts: numbered(segment.graph.inputs),
      outputLayouts: numbered(segment.graph.outputs),
    });
    made.push({ program, segment });
  }
  const portOf = (value: Value): Port => ({
    shape: value.shape,
    type: value.type,
    layout: layoutOf(value),
  });
  return new SegmentedProgram(graph, made, portOf, exchange);
}

/** What a process holds between two segments, and is used again in the next step. */
class SegmentedProgram implements Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly placement = undefined;
  readonly #graph: Graph;
  readonly #made: readonly Made[];
  readonly #exchange: Exchange;
  readonly #memory = new Map<Value, Elements>();

  constructor(
    graph: Graph,
    made: readonly Made[],
    portOf: (value: Value) => Port,
    exchange: Exchange,
  ) {
    this.inputs = graph.inputs.map(portOf);
    this.outputs = graph.outputs.map(portOf);
    this.#graph = graph;
    this.#made = made;
    this.#exchange = exchange;
  }

  get operators(): number {
    return this.#made.reduce((sum, { program }) => sum + program.operators, 0);
  }

  async run(
    inputs: readonly Operand[],
    outputs: readonly (Elements | undefined)[] = [],
  ): Promise<Operand[]> {
    const now = new Map<Value, Operand>();
    for (const [index, value] of this.#graph.inputs.entries()) now.set(value, inputs[index]!);
    const into = new Map<Value, Elements | undefined>(
      this.#graph.outputs.map((value, index) => [value, outputs[index]]),
    );
    for (const { program, segment } of this.#made) {
      const { graph, exchanged } = segment;
      const results = await program.run(
        graph.inputs.map((value) => now.get(value)!),
        graph.outputs.map((value) =>
          into.has(value) ? (into.get(value) ?? fresh(value)) : this.#kept(value),
        ),
      );
      for (const [index, value] of graph.outputs.entries()) now.set(value, results[index]!);
      if (exchanged.length > 0) this.#sum(exchanged, now);
    }
    return this.#graph.outputs.map((value) => now.get(value)!);
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#made) await program.dispose();
  }

  /** All sums of one place, end to end. */
  #sum(pairs: Segment['exchanged'], now: Map<Value, Operand>): void {
    const joined = new Joined(pairs.map(([from]) => inProcess(now.get(from)!)));
    this.#exchange(joined.values);
    for (const [index, [, to]] of pairs.entries()) now.set(to, joined.part(index));
  }

  #kept(value: Value): Elements {
    const known = this.#memory.get(value) ?? fresh(value);
    this.#memory.set(value, known);
    return known;
  }
}

function inProcess(operand: Operand): Float32Array {
  if (isOnDevice(operand)) throw new TypeError('a sum over processes is made in memory');
  return operand as Float32Array;
}

function fresh({ type, shape }: Value): Elements {
  return zerosOf(type, sizeOf(shape));
}

/** How the graph's own inputs and results lie: as a program of the whole graph would have them. */
function layoutsOf(graph: Graph, options: CompileOptions): Map<Value, Layout> {
  const { freeInputs, inputLayouts, outputLike } = options;
  const preferred = preferredLayouts(graph);
  const layouts = new Map<Value, Layout>();
  for (const [index, value] of graph.inputs.entries()) {
    const chosen = freeInputs?.has(index) ? preferred.get(value) : undefined;
    layouts.set(value, inputLayouts?.get(index) ?? chosen ?? rowMajor(value.shape.length));
  }
  for (const [index, value] of graph.outputs.entries()) {
    const like = outputLike?.get(index);
    const layout =
      like === undefined ? rowMajor(value.shape.length) : layouts.get(graph.inputs[like]!)!;
    if (!layouts.has(value)) layouts.set(value, layout);
  }
  return layouts;
}

/** Between segments images lie as convolutions want them. */
function insideLayout({ shape, type }: Value): Layout {
  const rank = shape.length;
  return type === 'float32' && (rank === 4 || rank === 5) ? channelsFirst(rank) : rowMajor(rank);
}
