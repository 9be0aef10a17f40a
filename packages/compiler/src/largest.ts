import { type Graph, sizeOf, type Value } from './graph.ts';

/** The largest value that a graph computes or takes, and its bytes. */
export function largestIn(graph: Graph): {
  readonly shape: readonly number[];
  readonly bytes: number;
} {
  const values: Value[] = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => [...outputs])];
  let largest = { shape: [] as readonly number[], bytes: 0 };
  for (const { shape, type } of values) {
    const bytes = sizeOf(shape) * (type === 'bool' ? 1 : 4);
    if (bytes > largest.bytes) largest = { shape, bytes };
  }
  return largest;
}
