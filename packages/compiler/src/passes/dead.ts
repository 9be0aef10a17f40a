import type { Graph, Value } from '../graph.ts';

/** Leaves out nodes of which no result is used. */
export function withoutDead(graph: Graph): Graph {
  const used = new Set<Value>(graph.outputs);
  const nodes = graph.nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((output) => used.has(output))) return false;
      for (const input of inputs) used.add(input);
      return true;
    })
    .toReversed();
  return { ...graph, nodes };
}
