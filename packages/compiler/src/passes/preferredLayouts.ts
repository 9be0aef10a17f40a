import { type Graph, type Node, sameShape, type Value } from '../graph.ts';
import { filterLayout } from '../kernels/convolution.ts';
import { kernels } from '../kernels/index.ts';
import type { Layout } from '../layout.ts';

/** Kernels whose results lie as their first operand does. */
const ALONG = new Set(['SplitV', 'Slice', 'Concat', 'PadV2', 'Identity']);

const FILTER_OPERAND: Readonly<Record<string, number>> = {
  Conv2D: 1,
  Conv3D: 1,
  Conv2DBackpropInput: 1,
  Conv3DBackpropInputV2: 1,
};

const FILTER_RESULT = new Set(['Conv2DBackpropFilter', 'Conv3DBackpropFilterV2']);

/**
 * In which layout a value would be used: that of filters spreads from convolutions and their
 * gradients to all that is combined with them element by element, so that weights, gradients and
 * the optimizer's moments lie alike and nothing is transposed between steps.
 */
export function preferredLayouts(graph: Graph): ReadonlyMap<Value, Layout> {
  const preferred = new Map<Value, Layout>();
  const prefer = (value: Value, layout: Layout | undefined): boolean => {
    if (layout === undefined || preferred.has(value) || value.shape.length !== layout.length) {
      return false;
    }
    preferred.set(value, layout);
    return true;
  };
  for (const node of graph.nodes) {
    const operand = FILTER_OPERAND[node.kernel];
    const filter =
      operand === undefined
        ? FILTER_RESULT.has(node.kernel)
          ? node.outputs[0]
          : undefined
        : node.inputs[operand];
    if (filter) prefer(filter, heldLayout(filter.shape));
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of [...graph.nodes, ...graph.nodes.toReversed()]) {
      const alike = alikeValues(node);
      const layout = alike.map((value) => preferred.get(value)).find((found) => found);
      for (const value of alike) changed = prefer(value, layout) || changed;
    }
  }
  return preferred;
}

/**
 * How a filter lies between steps. Of 1x1 the axes of extent 1 come first, which moves nothing: behind
 * the others they make the runtime combine the filter with a single number element by element, fifteen
 * times as slowly as row by row.
 */
function heldLayout(shape: readonly number[]): Layout {
  const rank = shape.length;
  const space = Array.from({ length: rank - 2 }, (_, axis) => axis);
  const pointwise = space.every((axis) => shape[axis] === 1);
  return pointwise ? [...space, rank - 1, rank - 2] : filterLayout(rank);
}

/** Values of a node that lie alike in memory. */
function alikeValues({ kernel, inputs, outputs }: Node): Value[] {
  const values = [...inputs, ...outputs];
  if (ALONG.has(kernel)) return values;
  if (!kernels[kernel]?.elementwise) return [];
  return values.filter((value) => sameShape(value.shape, outputs[0]!.shape));
}
