import { unsupportedKernel } from './errors.ts';
import {
  type Elements,
  type ElementType,
  elementsOf,
  type Graph,
  type Node,
  sizeOf,
  splat,
  type Value,
  written,
  zerosOf,
} from './graph.ts';
import { kernels } from './kernels/index.ts';
import {
  type LowerCall,
  type Lowered,
  ONNX_TYPES,
  type OnnxAttributes,
  Unsupported,
} from './kernels/kernel.ts';
import {
  isRowMajor,
  type Layout,
  movesNothing,
  permutation,
  physicalShape,
  rowMajor,
  sameLayout,
  withLeading,
} from './layout.ts';
import type { OnnxConstant, OnnxModel, OnnxNode } from './onnx/model.ts';
import { withFewOperands } from './passes/fewOperands.ts';
import { PRODUCT_OPERATORS, withHalfProducts } from './passes/halfProducts.ts';
import { preferredLayouts } from './passes/preferredLayouts.ts';
import type { Provider } from './providers/provider.ts';

export interface LowerOptions {
  readonly name: string;
  /** Standard operators only. */
  readonly portable?: boolean;
  /** Who will compute the operators; a graph that is not portable needs it. */
  readonly provider?: Provider;
  /** Inputs (by place) that may lie in memory in whatever order suits; the others are row by row. */
  readonly freeInputs?: ReadonlySet<number>;
  /** How inputs (by place) lie in memory, where another program has decided it. */
  readonly inputLayouts?: ReadonlyMap<number, Layout>;
  /** The input (by place) whose layout an output has; outputs without one are row by row. */
  readonly outputLike?: ReadonlyMap<number, number>;
  /** How outputs (by place) lie in memory, where they are to be the inputs of another program. */
  readonly outputLayouts?: ReadonlyMap<number, Layout>;
  /** Results of those products that are made in float16: `productsAt` finds them. */
  readonly halves?: ReadonlySet<Value>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names of inputs and outputs; default in0, in1, ... and out0, out1, ... */
  readonly inputNames?: readonly string[];
  readonly outputNames?: readonly string[];
}

export interface LoweredGraph {
  readonly model: OnnxModel;
  /** How each input lies in memory. */
  readonly layouts: readonly Layout[];
}

/** A constant of this many elements is written into the model; a larger one of equal elements is spread. */
const WRITTEN_OUT = 4096;

/** Turns a graph of tfjs kernels into ONNX operators, each value in the layout that its makers give it. */
export function lower(graph: Graph, options: LowerOptions): LoweredGraph {
  return new Lowering(graph, options).run();
}

interface Wire {
  readonly name: string;
  readonly layout: Layout;
}

class Lowering {
  readonly #graph: Graph;
  readonly #options: LowerOptions;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxConstant>();
  /** Every form in which a value is at hand; the first is the one it was made in. */
  readonly #wires = new Map<Value, Wire[]>();
  readonly #made = new Map<Value, Map<string, string>>();
  /** Tensors that are results, with their names. */
  readonly #given = new Map<string, string>();
  /** Results of products in float16. */
  readonly #halves = new Set<string>();
  #isHalf = false;
  #names = 0;

  constructor(graph: Graph, options: LowerOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  run(): LoweredGraph {
    const { inputs, outputs, nodes } = this.#graph;
    const { freeInputs, inputLayouts, outputLike, outputLayouts, inputNames, outputNames } =
      this.#options;
    const preferred = preferredLayouts(this.#graph);
    const layouts = inputs.map((input, index) => {
      const chosen = freeInputs?.has(index) ? preferred.get(input) : undefined;
      return inputLayouts?.get(index) ?? chosen ?? rowMajor(input.shape.length);
    });
    const ports = inputs.map((input, index) => {
      const name = inputNames?.[index] ?? `in${index}`;
      this.#wires.set(input, [{ name, layout: layouts[index]! }]);
      return {
        name,
        type: ONNX_TYPES[input.type],
        shape: physicalShape(input.shape, layouts[index]!),
      };
    });
    for (const node of nodes) this.#lowerNode(node);
    const results = outputs.map((output, index) => {
      const name = outputNames?.[index] ?? `out${index}`;
      const like = outputLike?.get(index);
      const layout =
        like === undefined
          ? (outputLayouts?.get(index) ?? rowMajor(output.shape.length))
          : layouts[like]!;
      this.#give(this.#take(output, layout), name);
      return { name, type: ONNX_TYPES[output.type], shape: physicalShape(output.shape, layout) };
    });
    const whole: OnnxModel = {
      name: this.#options.name,
      inputs: ports,
      outputs: results,
      nodes: this.#nodes.map((node) => this.#renamed(node)),
      initializers: [...this.#constants.values()],
      metadata: this.#options.metadata ?? {},
    };
    const { provider, halves } = this.#options;
    const rounded = new Set([...this.#halves].map((name) => this.#given.get(name) ?? name));
    const model = halves
      ? withHalfProducts(whole, rounded, provider?.dropsRoundings ?? false)
      : whole;
    const most = provider?.operands;
    return { model: most === undefined ? model : withFewOperands(model, most), layouts };
  }

  /** Makes a tensor a result: under the result's name, or as a copy where it has one already. */
  #give(source: string, name: string): void {
    const made = this.#nodes.some(({ outputs }) => outputs.includes(source));
    if (made && !this.#given.has(source)) {
      this.#given.set(source, name);
    } else {
      this.#nodes.push({ operator: 'Identity', inputs: [source], outputs: [name], attributes: {} });
    }
  }

  #renamed(node: OnnxNode): OnnxNode {
    const rename = (names: readonly string[]) => names.map((name) => this.#given.get(name) ?? name);
    return { ...node, inputs: rename(node.inputs), outputs: rename(node.outputs) };
  }

  #lowerNode(node: Node): void {
    const { inputs, outputs, attributes } = node;
    const { portable, halves } = this.#options;
    const provider = portable ? undefined : this.#options.provider;
    this.#isHalf = halves?.has(outputs[0]!) ?? false;
    // The blocked convolution is there in float32 alone; the transforms of minimal filtering are no numbers for 11 bits.
    const forms = this.#isHalf ? undefined : provider?.forms;
    const call: LowerCall = {
      inputs,
      outputs,
      attributes,
      portable: portable ?? false,
      fusedProducts: provider?.fusedProducts ?? false,
      deepTransposed: provider?.deepTransposed ?? true,
      poolingPlaces: provider?.poolingPlaces ?? true,
      block: forms?.block,
      minimal: forms?.minimal ?? false,
      stackedShifts: forms?.stackedShifts ?? false,
      layout: (index) => this.#layout(inputs[index]!),
      take: (index, layout) =>
        this.#take(inputs[index]!, layout ?? rowMajor(inputs[index]!.shape.length)),
      spread: (index, layout) => this.#spread(inputs[index]!, layout),
      emit: (operator, names, given) => this.#emit(operator, names, given ?? {}, 1)[0]!,
      emitSeveral: (operator, names, given, count) => this.#emit(operator, names, given, count),
      ints: (numbers) => this.#ints(numbers),
      numbers: (values, shape) => this.#add(ONNX_TYPES.float32, shape, bytesOf(values)),
      once: (index, key, make) => this.#once(inputs[index]!, key, make),
      number: (value, type) => this.#number(value, type ?? 'float32'),
    };
    const lowered = this.#lowered(node, call);
    const results = (Array.isArray(lowered) ? lowered : [lowered]) as readonly Lowered[];
    for (const [index, { name, layout }] of results.entries()) {
      const output = outputs[index]!;
      this.#wires.set(output, [{ name, layout: layout ?? rowMajor(output.shape.length) }]);
    }
  }

  #lowered({ kernel, inputs, outputs }: Node, call: LowerCall): Lowered | readonly Lowered[] {
    try {
      return kernels[kernel]!.lower(call);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      const place = [...outputs, ...inputs].find((value) => value.place !== undefined)?.place;
      throw unsupportedKernel(kernel, error.message, place);
    }
  }

  #once(value: Value, key: string, make: () => string): string {
    const made = this.#made.get(value) ?? new Map<string, string>();
    this.#made.set(value, made);
    const name = made.get(key) ?? make();
    made.set(key, name);
    return name;
  }

  #layout(value: Value): Layout {
    return this.#wires.get(value)?.[0]?.layout ?? rowMajor(value.shape.length);
  }

  #take(value: Value, layout: Layout): string {
    if (value.constant !== undefined) return this.#constant(value, layout);
    const wires = this.#wires.get(value)!;
    const there = wires.find((wire) => sameLayout(wire.layout, layout));
    if (there) return there.name;
    const from = wires[0]!;
    const physical = physicalShape(value.shape, from.layout);
    const order = permutation(from.layout, layout);
    // A transpose holds for any size, a shape for one.
    const name =
      !this.#options.portable && movesNothing(physical, order)
        ? this.#emitOne('Reshape', [from.name, this.#ints(physicalShape(value.shape, layout))])
        : this.#emitOne('Transpose', [from.name], { perm: order });
    wires.push({ name, layout });
    return name;
  }

  /** An operand of lower rank gets axes of extent 1 before its own, then lies as the result does. */
  #spread(value: Value, layout: Layout): string {
    const single = splat(value);
    if (single !== undefined) return this.#number(single, value.type);
    const missing = layout.length - value.shape.length;
    const shape = [...Array<number>(missing).fill(1), ...value.shape];
    if (value.constant !== undefined) {
      return this.#constant({ ...value, shape }, layout);
    }
    if (sizeOf(value.shape) === 1 && value.shape.length === 0) return this.#take(value, []);
    if (missing === 0) return this.#take(value, layout);
    const from = withLeading(this.#layout(value), missing);
    const order = permutation(from, layout);
    const physical = physicalShape(shape, from);
    const target = physicalShape(shape, layout);
    if (movesNothing(physical, order)) {
      const source = this.#take(value, this.#layout(value));
      return this.#emitOne('Reshape', [source, this.#ints(target)]);
    }
    const raised = this.#emitOne('Reshape', [
      this.#take(value, rowMajor(value.shape.length)),
      this.#ints(shape),
    ]);
    return this.#emitOne('Transpose', [raised], { perm: layout });
  }

  #constant(value: Value, layout: Layout): string {
    const single = splat(value);
    const size = sizeOf(value.shape);
    const shape = physicalShape(value.shape, layout);
    if (single !== undefined && size > WRITTEN_OUT) {
      return this.#emitOne('Expand', [this.#number(single, value.type), this.#ints(shape)]);
    }
    const elements = written(value);
    const ordered = isRowMajor(layout)
      ? elements
      : permuted(elements, value.shape, layout, value.type);
    return this.#add(ONNX_TYPES[value.type], shape, bytesOf(ordered));
  }

  #ints(numbers: readonly number[]): string {
    const values = BigInt64Array.from(numbers, (number) => BigInt(number));
    return this.#add(ONNX_TYPES.int64, [numbers.length], new Uint8Array(values.buffer));
  }

  #number(value: number, type: ElementType): string {
    return this.#add(ONNX_TYPES[type], [], bytesOf(elementsOf(type, [value])));
  }

  #add(type: number, shape: readonly number[], bytes: Uint8Array): string {
    const key = `${type}/${shape.join()}/${Buffer.from(bytes).toString('latin1')}`;
    const known = this.#constants.get(key);
    if (known) return known.name;
    const name = `c${this.#constants.size}`;
    this.#constants.set(key, { name, type, shape, bytes });
    return name;
  }

  #emitOne(operator: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.#emit(operator, inputs, attributes, 1)[0]!;
  }

  #emit(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
    count: number,
  ): string[] {
    const outputs = Array.from({ length: count }, () => `t${this.#names++}`);
    this.#nodes.push({ operator, inputs, outputs, attributes });
    if (this.#isHalf && PRODUCT_OPERATORS.has(operator)) this.#halves.add(outputs[0]!);
    return outputs;
  }
}

function bytesOf(elements: Elements): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

/** Elements that lie row by row, in another order of axes. */
export function permuted(
  elements: Elements,
  shape: readonly number[],
  layout: Layout,
  type: ElementType,
): Elements {
  if (movesNothing(shape, layout)) return elements.slice();
  const result = zerosOf(type, elements.length);
  copyInto(result, elements, shape, layout, false);
  return result;
}

/** Elements that lie in a layout, row by row again. */
export function straightened(
  elements: Elements,
  shape: readonly number[],
  layout: Layout,
  type: ElementType,
): Elements {
  if (movesNothing(shape, layout)) return elements.slice();
  const result = zerosOf(type, elements.length);
  copyInto(result, elements, shape, layout, true);
  return result;
}

function copyInto(
  target: Elements,
  source: Elements,
  shape: readonly number[],
  layout: Layout,
  back: boolean,
): void {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const extents = physicalShape(shape, layout);
  const steps = physicalShape(strides, layout);
  const place = extents.map(() => 0);
  const inner = extents.at(-1) ?? 1;
  const step = steps.at(-1) ?? 0;
  let row = 0;
  for (let at = 0; at < source.length; at += inner) {
    if (back) for (let k = 0; k < inner; k++) target[row + k * step] = source[at + k]!;
    else for (let k = 0; k < inner; k++) target[at + k] = source[row + k * step]!;
    for (let axis = extents.length - 2; axis >= 0; axis--) {
      row += steps[axis]!;
      if (++place[axis]! < extents[axis]!) break;
      row -= steps[axis]! * extents[axis]!;
      place[axis] = 0;
    }
  }
}
