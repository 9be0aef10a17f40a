import { ONNX_TYPES } from '../kernels/kernel.ts';
import type { OnnxConstant, OnnxModel, OnnxNode } from '../onnx/model.ts';

/** Operators of any number of operands that can be taken in parts, and the parts together. */
const JOINING: ReadonlySet<string> = new Set(['Concat', 'Sum', 'Max', 'Min']);

/**
 * The same graph, no operator of which joins or splits more than so many tensors: a shader of WebGPU has
 * few places for buffers (8 are guaranteed). Longer ones become trees.
 */
export function withFewOperands(model: OnnxModel, most: number): OnnxModel {
  const constants = [...model.initializers];
  const sizes = new Map(constants.map((constant) => [constant.name, constant]));
  const intsOf = (name: string): number[] => {
    const { bytes } = sizes.get(name)!;
    return Array.from(new BigInt64Array(bytes.slice().buffer), Number);
  };
  const ints = (name: string, numbers: readonly number[]): string => {
    const values = BigInt64Array.from(numbers, BigInt);
    const bytes = new Uint8Array(values.buffer);
    constants.push({ name, type: ONNX_TYPES.int64, shape: [numbers.length], bytes });
    return name;
  };
  const nodes = model.nodes.flatMap((node) => {
    if (JOINING.has(node.operator) && node.inputs.length > most) return joined(node, most);
    if (node.operator === 'Split' && node.outputs.length > most) {
      return split(node, intsOf(node.inputs[1]!), most, ints);
    }
    return [node];
  });
  return { ...model, nodes, initializers: constants satisfies readonly OnnxConstant[] };
}

function joined(node: OnnxNode, most: number): OnnxNode[] {
  const [result] = node.outputs;
  const nodes: OnnxNode[] = [];
  let operands = [...node.inputs];
  for (let level = 0; operands.length > most; level++) {
    operands = groups(operands, most).map((group, index) => {
      if (group.length === 1) return group[0]!;
      const name = `${result}.${level}.${index}`;
      nodes.push({ ...node, inputs: group, outputs: [name] });
      return name;
    });
  }
  return [...nodes, { ...node, inputs: operands }];
}

function split(
  node: OnnxNode,
  extents: readonly number[],
  most: number,
  ints: (name: string, numbers: readonly number[]) => string,
): OnnxNode[] {
  const [source] = node.inputs;
  const [first] = node.outputs;
  const parts = groups(
    node.outputs.map((name, index) => ({ name, extent: extents[index]! })),
    Math.ceil(node.outputs.length / most),
  );
  const whole = parts.map((group, index) => ({
    name: group.length === 1 ? group[0]!.name : `${first}.part${index}`,
    extent: group.reduce((sum, { extent }) => sum + extent, 0),
  }));
  const one = (from: string, into: readonly { name: string; extent: number }[]): OnnxNode => {
    const lengths = ints(
      `${into[0]!.name}.of.${from}`,
      into.map(({ extent }) => extent),
    );
    return { ...node, inputs: [from, lengths], outputs: into.map(({ name }) => name) };
  };
  return [
    one(source!, whole),
    ...parts.flatMap((group, index) => {
      if (group.length === 1) return [];
      const inner = one(whole[index]!.name, group);
      return group.length > most
        ? split(
            inner,
            group.map(({ extent }) => extent),
            most,
            ints,
          )
        : [inner];
    }),
  ];
}

function groups<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
