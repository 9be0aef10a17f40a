import type { Graph, Node, Value } from '../graph.ts';

/** Kernels whose work is products that are summed. Those that only move or weigh pixels are not among them. */
const PRODUCTS: ReadonlySet<string> = new Set([
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'Conv3D',
  'Conv3DBackpropInputV2',
  'Conv3DBackpropFilterV2',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
  'FusedConv2D',
  'FusedDepthwiseConv2D',
  'BatchMatMul',
  '_FusedMatMul',
  'Einsum',
]);

/**
 * Results of the products that one plugin makes, and of those that tfjs makes for their gradients: these have an
 * operand in common with the product that they are the gradient of. Products of losses and of the optimizer are
 * other plugins', and share none with the model's.
 *
 * @param place of the plugin, as the tracer was told it
 */
export function productsAt({ nodes }: Graph, place: string): ReadonlySet<Value> {
  const products = nodes.filter(({ kernel }) => PRODUCTS.has(kernel));
  const own = products.filter(({ outputs }) => outputs[0]!.place === place);
  const operands = new Set(own.flatMap(varying));
  const gradients = products.filter((node) => varying(node).some((value) => operands.has(value)));
  return new Set([...own, ...gradients].flatMap(({ outputs }) => outputs));
}

/** Equal constants are one value for the whole graph, and say nothing of who uses them. */
function varying({ inputs }: Node): Value[] {
  return inputs.filter(({ constant }) => constant === undefined);
}
