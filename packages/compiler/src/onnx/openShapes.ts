import type { OnnxConstant, OnnxModel, OnnxNode } from './model.ts';

const INT64 = 7;

type Ports = OnnxModel['inputs'];

/** An extent of an input that differs between two models. */
interface Varying {
  readonly input: string;
  readonly axis: number;
  readonly extents: readonly [bigint, bigint];
}

/** What computes a shape, and the name of the result. */
interface Computed {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
}

/** Product of extents of inputs, times one whole number and divided by another. */
interface Product {
  readonly of: readonly Varying[];
  readonly times: bigint;
  readonly dividedBy: bigint;
}

/** Shapes that are computed, when the model runs, from the shapes of its inputs. */
export class OpenShapes {
  readonly #varying: readonly Varying[];
  readonly #made = new Set<string>();
  #count = 0;

  /** @param first ports of a model; second those of the same model for another size, in which every extent differs by another ratio */
  constructor(first: Ports, second: Ports) {
    this.#varying = first.flatMap(({ name, shape }, index) =>
      shape.flatMap((extent, axis): Varying[] => {
        const other = second[index]!.shape[axis];
        if (typeof extent === 'string' || typeof other !== 'number' || extent === other) return [];
        return [{ input: name, axis, extents: [BigInt(extent), BigInt(other)] }];
      }),
    );
  }

  /**
   * The target of a Reshape; undefined where fewer than two extents differ, or more than one of them is no
   * product of the inputs' extents.
   */
  target(first: OnnxConstant, second: OnnxConstant): Computed | undefined {
    if (first.type !== INT64 || first.bytes.length !== second.bytes.length) return undefined;
    const [left, right] = [integers(first), integers(second)];
    const differing = [...left.keys()].filter((axis) => left[axis] !== right[axis]);
    if (differing.length < 2) return undefined;
    const products = new Map(
      differing.map((axis) => [axis, this.#product(left[axis]!, right[axis]!)] as const),
    );
    const unknown = differing.filter((axis) => products.get(axis) === undefined);
    if (unknown.length > 1) return undefined;
    // The runtime finds one extent itself: the one that would take most to compute.
    const most = (axis: number) => products.get(axis)!.of.length;
    const open = unknown[0] ?? differing.reduce((a, b) => (most(b) > most(a) ? b : a));
    const nodes: OnnxNode[] = [];
    const constants: OnnxConstant[] = [];
    const constant = (value: bigint) => {
      const name = `extent${this.#count++}`;
      const bytes = new Uint8Array(BigInt64Array.of(value).buffer);
      constants.push({ name, type: INT64, shape: [1], bytes });
      return name;
    };
    const emit = (operator: string, inputs: readonly string[], attributes = {}) => {
      const name = `extent${this.#count++}`;
      nodes.push({ operator, inputs, outputs: [name], attributes });
      return name;
    };
    const extent = ({ input, axis }: Varying) => {
      const shape = `${input}Shape`;
      if (!this.#made.has(input)) {
        nodes.push({ operator: 'Shape', inputs: [input], outputs: [shape], attributes: {} });
        this.#made.add(input);
      }
      return emit('Gather', [shape, constant(BigInt(axis))], { axis: 0 });
    };
    const computed = ({ of, times, dividedBy }: Product) => {
      let name = of.map(extent).reduce((a, b) => emit('Mul', [a, b]));
      if (times !== 1n) name = emit('Mul', [name, constant(times)]);
      return dividedBy === 1n ? name : emit('Div', [name, constant(dividedBy)]);
    };
    const parts = [...left].map((value, axis) => {
      const product = products.get(axis);
      if (axis === open) return constant(-1n);
      return product === undefined ? constant(value) : computed(product);
    });
    return { name: emit('Concat', parts, { axis: 0 }), nodes, constants };
  }

  /** The one that an extent is; undefined where there is none, or several would do. */
  #product(left: bigint, right: bigint): Product | undefined {
    const found: Product[] = [];
    for (let chosen = 1; chosen < 2 ** this.#varying.length; chosen++) {
      const of = this.#varying.filter((_, index) => (chosen >> index) & 1);
      const [whole, other] = ([0, 1] as const).map((at) =>
        of.reduce((product, { extents }) => product * extents[at], 1n),
      ) as [bigint, bigint];
      if (left * other !== right * whole) continue;
      const common = divisor(left, whole);
      found.push({ of, times: left / common, dividedBy: whole / common });
    }
    return found.length === 1 ? found[0] : undefined;
  }
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

/** Elements of a constant of int64. */
export function integers({ bytes }: OnnxConstant): BigInt64Array {
  return new BigInt64Array(bytes.slice().buffer);
}
