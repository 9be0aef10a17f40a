import type { OnnxConstant, OnnxModel, OnnxNode } from './model.ts';
import { integers, OpenShapes } from './openShapes.ts';

/** Two models of one function that differ in more than sizes. */
export class NotGeneral extends Error {}

/** Extents that vary, by place in the shape of every input and output. */
export type Names = (axis: number, port: 'input' | 'output') => string;

/**
 * One model for any size from two of the same function, lowered for inputs of different sizes.
 *
 * Where the two differ, a size has been written into a constant: the target of a Reshape with one such
 * extent may leave it open, with several all but one are computed from the extents of the inputs, and that of an
 * Expand may leave it as it is.
 *
 * @throws NotGeneral where a size decides about more, or an extent is no product of the inputs' extents
 */
export function generalize(first: OnnxModel, second: OnnxModel, names: Names): OnnxModel {
  if (first.nodes.length !== second.nodes.length) throw new NotGeneral('other operators');
  const constants = { first: constantsOf(first), second: constantsOf(second) };
  const added: OnnxConstant[] = [];
  const shapes = new OpenShapes(first.inputs, second.inputs);
  const nodes = first.nodes.flatMap((node, index) => {
    const other = second.nodes[index]!;
    requireSame(node, other);
    const before: OnnxNode[] = [];
    const inputs = node.inputs.map((name, place) => {
      const [a, b] = [constants.first.get(name), constants.second.get(other.inputs[place]!)];
      if (a === undefined && b === undefined && name === other.inputs[place]) return name;
      if (a === undefined || b === undefined) throw new NotGeneral(node.operator);
      if (sameBytes(a, b)) return name;
      const several = node.operator === 'Reshape' ? shapes.target(a, b) : undefined;
      if (several !== undefined) {
        before.push(...several.nodes);
        added.push(...several.constants);
        return several.name;
      }
      const open = opened(node.operator, a, b);
      added.push({ ...open, name: `open${added.length}` });
      return added.at(-1)!.name;
    });
    return [...before, { ...node, inputs }];
  });
  const port = (kind: 'input' | 'output') => (one: OnnxModel['inputs'][number], index: number) => {
    const other = (kind === 'input' ? second.inputs : second.outputs)[index]!;
    const shape = one.shape.map((extent, axis) =>
      extent === other.shape[axis] ? extent : names(axis, kind),
    );
    return { ...one, shape };
  };
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return {
    ...first,
    nodes,
    inputs: first.inputs.map(port('input')),
    outputs: first.outputs.map(port('output')),
    initializers: [...first.initializers, ...added].filter(({ name }) => used.has(name)),
  };
}

function constantsOf({ initializers }: OnnxModel): ReadonlyMap<string, OnnxConstant> {
  return new Map(initializers.map((constant) => [constant.name, constant]));
}

function requireSame(a: OnnxNode, b: OnnxNode): void {
  const same =
    a.operator === b.operator && JSON.stringify(a.attributes) === JSON.stringify(b.attributes);
  if (!same) throw new NotGeneral(a.operator);
}

function sameBytes(a: OnnxConstant, b: OnnxConstant): boolean {
  return (
    a.type === b.type && a.shape.join() === b.shape.join() && Buffer.compare(a.bytes, b.bytes) === 0
  );
}

/** A shape in which the extent that differs is open. */
function opened(operator: string, a: OnnxConstant, b: OnnxConstant): OnnxConstant {
  const leave = operator === 'Reshape' ? -1n : operator === 'Expand' ? 1n : undefined;
  if (leave === undefined || a.type !== 7 || a.bytes.length !== b.bytes.length) {
    throw new NotGeneral(operator);
  }
  const [left, right] = [integers(a), integers(b)];
  const differing = left.filter((extent, axis) => extent !== right[axis]).length;
  if (operator === 'Reshape' && differing !== 1) throw new NotGeneral(operator);
  const shape = BigInt64Array.from(left, (extent, axis) =>
    extent === right[axis] ? extent : leave,
  );
  return { ...a, bytes: new Uint8Array(shape.buffer) };
}
