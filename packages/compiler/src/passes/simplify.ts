import {
  type Attributes,
  broadcastShape,
  filled,
  type Graph,
  type Node,
  sameShape,
  sizeOf,
  splat,
  type Value,
} from '../graph.ts';
import { kernels } from '../kernels/index.ts';
import { evaluate } from './constants.ts';

/** Results of constants that have more elements are computed in the graph. */
const FOLDED = 65536;

/**
 * One walk over the nodes, in which each sees its operands already simplified: constants are folded,
 * equal nodes are shared, products with 1 and sums with 0 vanish, and what is the same along an axis
 * is computed once and spread afterwards.
 */
export function simplified(graph: Graph): Graph {
  return new Simplifier(graph).run();
}

class Simplifier {
  readonly #graph: Graph;
  readonly #nodes: Node[] = [];
  readonly #replaced = new Map<Value, Value>();
  /** What a value is spread from. */
  readonly #sources = new Map<Value, Value>();
  readonly #makers = new Map<Value, Node>();
  readonly #known = new Map<string, readonly Value[]>();
  readonly #numbers = new Map<Value, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  run(): Graph {
    for (const node of this.#graph.nodes) {
      const inputs = node.inputs.map((input) => this.#now(input));
      const results = this.#simplify({ ...node, inputs });
      for (const [index, output] of node.outputs.entries()) {
        this.#replaced.set(output, results[index]!);
      }
    }
    return {
      inputs: this.#graph.inputs,
      nodes: this.#nodes,
      outputs: this.#graph.outputs.map((output) => this.#now(output)),
    };
  }

  #now(value: Value): Value {
    return this.#replaced.get(value) ?? value;
  }

  #simplify(node: Node): readonly Value[] {
    const { kernel, inputs, outputs, attributes } = node;
    const result = outputs[0]!;
    const same = this.#unchanged(node);
    if (same) return [same];
    const folded = this.#fold(node);
    if (folded) return folded;
    if (kernel === 'Reshape' || kernel === 'Identity' || kernel === 'ExpandDims') {
      return [this.#reshape(inputs[0]!, result)];
    }
    if (spreads(node)) return [this.#spread(inputs[spreads(node)! - 1]!, result.shape)];
    if (kernels[kernel]!.elementwise) return [this.#narrow(node)];
    const parts = this.#partsAgain(node);
    if (parts) return parts;
    return this.#add(kernel, inputs, attributes, outputs);
  }

  /** The operand that the result is equal to. */
  #unchanged({ kernel, inputs, outputs, attributes }: Node): Value | undefined {
    const [a, b] = inputs;
    const result = outputs[0]!;
    const is = (value: Value | undefined, number: number, other: Value) =>
      value !== undefined && splat(value) === number && sameShape(other.shape, result.shape);
    switch (kernel) {
      case 'Add':
        return is(b, 0, a!) ? a : is(a, 0, b!) ? b : undefined;
      case 'Sub':
        return is(b, 0, a!) ? a : undefined;
      case 'Multiply':
        return is(b, 1, a!) ? a : is(a, 1, b!) ? b : undefined;
      case 'RealDiv':
        return is(b, 1, a!) && a!.type === 'float32' ? a : undefined;
      case 'Cast':
        return a!.type === result.type ? a : undefined;
      case 'Identity':
        return a;
      case 'Reshape':
      case 'BroadcastTo':
        return sameShape(a!.shape, result.shape) ? a : undefined;
      case 'Tile':
        return (attributes['reps'] as number[]).every((times) => times === 1) ? a : undefined;
      case 'Transpose':
        return (attributes['perm'] as number[]).every((axis, at) => axis === at) ? a : undefined;
      default:
        return undefined;
    }
  }

  /** What was packed or concatenated, and is taken apart in the same way. */
  #partsAgain({ kernel, inputs, outputs, attributes }: Node): readonly Value[] | undefined {
    const joining = kernel === 'Unpack' ? 'Pack' : kernel === 'SplitV' ? 'Concat' : undefined;
    const whole = inputs[0];
    const maker = whole && this.#makers.get(whole);
    if (maker === undefined) return undefined;
    if (maker.kernel === joining) {
      const sameAxis = axisIn(maker, outputs[0]!) === axisIn({ attributes, inputs }, outputs[0]!);
      const fits =
        maker.inputs.length === outputs.length &&
        maker.inputs.every((part, index) => sameShape(part.shape, outputs[index]!.shape));
      return sameAxis && fits ? maker.inputs : undefined;
    }
    // Packed along the first axis, reshaped behind it, and taken apart along it.
    const packed = maker.kernel === 'Reshape' ? this.#makers.get(maker.inputs[0]!) : undefined;
    const first = Number(attributes['axis'] ?? 0) === 0;
    if (kernel !== 'Unpack' || packed?.kernel !== 'Pack' || !first) return undefined;
    if (Number(packed.attributes['axis'] ?? 0) !== 0) return undefined;
    if (packed.inputs.length !== outputs.length) return undefined;
    return packed.inputs.map((part, index) => this.#reshape(part, outputs[index]!));
  }

  #fold({ kernel, inputs, outputs, attributes }: Node): readonly Value[] | undefined {
    if (inputs.length === 0 || inputs.some(({ constant }) => constant === undefined)) {
      return undefined;
    }
    const { elementwise } = kernels[kernel]!;
    if (elementwise && inputs.every((input) => splat(input) !== undefined)) {
      const [result] = evaluate(
        kernel,
        inputs.map((input) => ({ ...input, shape: [] })),
        attributes,
        [{ ...outputs[0]!, shape: [] }],
      );
      return [filled(outputs[0]!.shape, outputs[0]!.type, result!.constant![0]!)];
    }
    if ([...inputs, ...outputs].some(({ shape }) => sizeOf(shape) > FOLDED)) return undefined;
    return evaluate(kernel, inputs, attributes, outputs);
  }

  #reshape(value: Value, result: Value): Value {
    const single = splat(value);
    if (single !== undefined) return filled(result.shape, result.type, single);
    const source = this.#sources.get(value);
    if (source && sizeOf(source.shape) === 1) return this.#spread(source, result.shape);
    const maker = this.#makers.get(value);
    const origin = maker?.kernel === 'Reshape' ? maker.inputs[0]! : value;
    if (sameShape(origin.shape, result.shape)) return origin;
    return this.#add('Reshape', [origin], { shape: result.shape }, [result])[0]!;
  }

  #spread(value: Value, shape: readonly number[]): Value {
    const single = splat(value);
    if (single !== undefined) return filled(shape, value.type, single);
    if (sameShape(value.shape, shape)) return value;
    const source = this.#sources.get(value) ?? value;
    const [result] = this.#add('BroadcastTo', [source], { shape }, [{ ...value, shape }]);
    this.#sources.set(result!, source);
    return result!;
  }

  /** An element-wise node, over what its operands are spread from. */
  #narrow({ kernel, inputs, outputs, attributes }: Node): Value {
    const result = outputs[0]!;
    const narrow = inputs.map((input) =>
      splat(input) === undefined
        ? (this.#sources.get(input) ?? input)
        : { ...input, shape: [] as number[] },
    );
    const shape = broadcastShape(...narrow.map((input) => input.shape));
    if (sameShape(shape, result.shape)) {
      return this.#add(kernel, narrow, attributes, [result])[0]!;
    }
    const [small] = this.#add(kernel, narrow, attributes, [{ ...result, shape }]);
    return this.#spread(small!, result.shape);
  }

  #add(
    kernel: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly Value[],
  ): readonly Value[] {
    const key = `${kernel} ${inputs.map((input) => this.#key(input)).join()} ${JSON.stringify(attributes)} ${outputs[0]!.shape.join()} ${outputs[0]!.type}`;
    const known = this.#known.get(key);
    if (known) return known;
    const node = { kernel, inputs, attributes, outputs };
    this.#nodes.push(node);
    for (const output of outputs) this.#makers.set(output, node);
    this.#known.set(key, outputs);
    return outputs;
  }

  #key(value: Value): string {
    const single = splat(value);
    if (single !== undefined) {
      const sign = Object.is(single, -0) ? '-0' : String(single);
      return `${value.type}:${value.shape.join('x')}:${sign}`;
    }
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
    }
    return `#${number}`;
  }
}

/** The axis along which a node joins or parts; of Pack and Unpack it is one of the larger tensor. */
function axisIn({ attributes }: Pick<Node, 'attributes' | 'inputs'>, part: Value): number {
  const axis = Number(attributes['axis'] ?? 0);
  return axis < 0 ? axis + part.shape.length : axis;
}

/** Which operand (counted from 1) a node only spreads over a larger shape; 0 where it does more. */
function spreads({ kernel, inputs, outputs, attributes }: Node): number {
  if (kernel === 'BroadcastTo') return 1;
  const { shape } = outputs[0]!;
  if (kernel === 'Tile') {
    const reps = attributes['reps'] as number[];
    return inputs[0]!.shape.every((extent, axis) => extent === 1 || reps[axis] === 1) ? 1 : 0;
  }
  const neutral = kernel === 'Multiply' ? 1 : kernel === 'Add' ? 0 : undefined;
  if (neutral === undefined) return 0;
  const other = inputs.findIndex(
    (input) => splat(input) === neutral && sameShape(input.shape, shape),
  );
  return other < 0 ? 0 : 2 - other;
}
