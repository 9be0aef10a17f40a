import { ONNX_TYPES } from '../kernels/kernel.ts';
import type { OnnxModel, OnnxNode } from '../onnx/model.ts';

/** Operators that are products; of their operands all are rounded. */
export const PRODUCT_OPERATORS: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'MatMul',
  'com.microsoft.FusedMatMul',
  'Einsum',
]);

/** Operators that move numbers and change none; all but Concat have one operand of numbers, the first. */
const MOVES: ReadonlySet<string> = new Set([
  'Concat',
  'Gather',
  'Identity',
  'Pad',
  'Reshape',
  'Slice',
  'Transpose',
]);

function operandsOf({ operator, inputs }: OnnxNode): readonly string[] {
  if (operator === 'Concat' || PRODUCT_OPERATORS.has(operator)) return inputs;
  return MOVES.has(operator) ? inputs.slice(0, 1) : [];
}

/**
 * The same graph with some of its products in float16 (Micikevicius et al. 2018, Mixed precision training): their
 * operands are rounded, and what they give is float32 again for all that adds up, compares or divides. Numbers that
 * are only moved between a rounding and a product are moved as float16, in half of the memory.
 *
 * @param halves results of the products that are made so
 * @param apart whether the runtime takes roundings away again that stand next to an operator which it has in float32
 *   alone: another operator then stands between
 */
export function withHalfProducts(
  model: OnnxModel,
  halves: ReadonlySet<string>,
  apart: boolean,
): OnnxModel {
  return new Halving(model, halves, apart).run();
}

class Halving {
  readonly #model: OnnxModel;
  readonly #halves: ReadonlySet<string>;
  readonly #apart: boolean;
  readonly #consumers = new Map<string, OnnxNode[]>();
  readonly #results: ReadonlySet<string>;
  readonly #moved = new Map<string, boolean>();
  /** Tensors by the name of the float32 one, and their names in float16. */
  readonly #half = new Map<string, string>();
  readonly #nodes: OnnxNode[] = [];

  constructor(model: OnnxModel, halves: ReadonlySet<string>, apart: boolean) {
    this.#model = model;
    this.#halves = halves;
    this.#apart = apart;
    this.#results = new Set(model.outputs.map(({ name }) => name));
    for (const node of model.nodes) {
      for (const input of new Set(node.inputs)) {
        this.#consumers.set(input, [...(this.#consumers.get(input) ?? []), node]);
      }
    }
  }

  run(): OnnxModel {
    for (const node of this.#model.nodes) {
      if (this.#isProduct(node)) this.#multiply(node);
      else if (this.#isMoved(node)) this.#move(node);
      else this.#nodes.push(node);
    }
    return { ...this.#model, nodes: this.#nodes };
  }

  #isProduct({ outputs }: OnnxNode): boolean {
    return this.#halves.has(outputs[0]!);
  }

  /** Whether a node moves numbers that nobody needs but products in float16. */
  #isMoved(node: OnnxNode): boolean {
    const { operator, outputs } = node;
    // A number to pad with would have to be float16, too; none of ours has one.
    const isMove = MOVES.has(operator) && !(operator === 'Pad' && node.inputs.length > 2);
    return isMove && outputs.length === 1 && this.#isHalfOnly(outputs[0]!);
  }

  #isHalfOnly(name: string): boolean {
    const known = this.#moved.get(name);
    if (known !== undefined) return known;
    const consumers = this.#consumers.get(name) ?? [];
    const found =
      consumers.length > 0 &&
      !this.#results.has(name) &&
      consumers.every(
        (node) => operandsOf(node).includes(name) && (this.#isProduct(node) || this.#isMoved(node)),
      );
    this.#moved.set(name, found);
    return found;
  }

  #move(node: OnnxNode): void {
    const operands = new Set(operandsOf(node));
    const inputs = node.inputs.map((name) => (operands.has(name) ? this.#halfOf(name) : name));
    this.#nodes.push({ ...node, inputs });
    this.#half.set(node.outputs[0]!, node.outputs[0]!);
  }

  #multiply(node: OnnxNode): void {
    const inputs = node.inputs.map((name) => this.#halfOf(name));
    const [result] = node.outputs as [string];
    const product = `${result}.half`;
    this.#nodes.push({ ...node, inputs, outputs: [product] });
    const given = this.#keptApart(product);
    this.#half.set(result, given);
    if (!this.#isHalfOnly(result)) this.#cast(given, result, ONNX_TYPES.float32);
  }

  #halfOf(name: string): string {
    const known = this.#half.get(name);
    if (known !== undefined) return known;
    const rounded = `${name}.rounded`;
    this.#cast(name, rounded, ONNX_TYPES.float16);
    const half = this.#keptApart(rounded);
    this.#half.set(name, half);
    return half;
  }

  #keptApart(name: string): string {
    if (!this.#apart) return name;
    // The largest of one tensor is itself; onnxruntime leaves it where it is.
    const kept = `${name}.kept`;
    this.#nodes.push({ operator: 'Max', inputs: [name], outputs: [kept], attributes: {} });
    return kept;
  }

  #cast(from: string, to: string, type: number): void {
    this.#nodes.push({ operator: 'Cast', inputs: [from], outputs: [to], attributes: { to: type } });
  }
}
