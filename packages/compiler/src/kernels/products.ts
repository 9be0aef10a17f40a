import type { Value } from '../graph.ts';
import { type Layout, rowMajor } from '../layout.ts';
import { type Kernels, type LowerCall, RUNTIME_DOMAIN } from './kernel.ts';

/** An operand of a matrix product, and whether its last two axes stand in the other order. */
interface Operand {
  readonly name: string;
  readonly flipped: boolean;
  /** 2 where it is left out. */
  readonly rank?: number;
}

function operand(call: LowerCall, index: number, flip: boolean): Operand {
  const rank = call.inputs[index]!.shape.length;
  const straight = rowMajor(rank);
  const crossed: Layout = [...straight.slice(0, -2), rank - 1, rank - 2];
  const lies = call.layout(index);
  const isCrossed =
    call.inputs[index]!.constant === undefined && lies.every((axis, at) => axis === crossed[at]);
  return {
    name: call.take(index, isCrossed ? crossed : straight),
    flipped: flip !== isCrossed,
    rank,
  };
}

/** a b, of which either may be given with rows and columns exchanged. */
export function product(call: LowerCall, a: Operand, b: Operand): string {
  if (!a.flipped && !b.flipped) return call.emit('MatMul', [a.name, b.name]);
  if (!call.fusedProducts) {
    const straight = ({ name, flipped, rank = 2 }: Operand) => {
      const perm = [...rowMajor(rank).slice(0, -2), rank - 1, rank - 2];
      return flipped ? call.emit('Transpose', [name], { perm }) : name;
    };
    return call.emit('MatMul', [straight(a), straight(b)]);
  }
  return call.emit(`${RUNTIME_DOMAIN}.FusedMatMul`, [a.name, b.name], {
    transA: a.flipped ? 1 : 0,
    transB: b.flipped ? 1 : 0,
  });
}

export const productKernels: Kernels = {
  BatchMatMul: {
    inputs: ['a', 'b'],
    results: ([a, b], { transposeA, transposeB }) => {
      const side = ({ shape }: Value, at: number) => shape.at(at)!;
      const batch = batchShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
      const rows = side(a!, transposeA ? -1 : -2);
      const columns = side(b!, transposeB ? -2 : -1);
      return { shape: [...batch, rows, columns], type: 'float32' };
    },
    lower(call) {
      const a = operand(call, 0, Boolean(call.attributes['transposeA']));
      const b = operand(call, 1, Boolean(call.attributes['transposeB']));
      return { name: product(call, a, b) };
    },
  },
  Einsum: {
    inputs: 'list',
    results: (inputs, { equation }) => ({
      shape: einsumShape(String(equation), inputs),
      type: inputs[0]!.type,
    }),
    lower(call) {
      const equation = String(call.attributes['equation']).replaceAll(' ', '');
      const operands = call.inputs.map((_, index) => call.take(index));
      return { name: call.emit('Einsum', operands, { equation }) };
    },
  },
};

function batchShape(a: readonly number[], b: readonly number[]): number[] {
  return a.map((extent, axis) => Math.max(extent, b[axis] ?? 1));
}

/** Extents of the letters behind the arrow, as the operands have them. */
function einsumShape(equation: string, inputs: readonly Value[]): number[] {
  const [before, after] = equation.replaceAll(' ', '').split('->') as [string, string];
  const extents = new Map<string, number>();
  for (const [index, letters] of before.split(',').entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      extents.set(letter, inputs[index]!.shape[axis]!);
    }
  }
  return [...after].map((letter) => extents.get(letter)!);
}
