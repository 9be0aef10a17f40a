import { type Graph, sizeOf, type Value } from './graph.ts';

/** Bytes of the results that are alive together at most while a graph is computed in its order, besides what is handed in. */
export function peakOf(graph: Graph): number {
  const given = new Set(graph.inputs);
  const last = new Map<Value, number>();
  for (const [at, { inputs }] of graph.nodes.entries()) {
    for (const value of inputs) last.set(value, at);
  }
  for (const value of graph.outputs) last.set(value, graph.nodes.length);
  let [live, peak] = [0, 0];
  for (const [at, { inputs, outputs }] of graph.nodes.entries()) {
    for (const value of outputs) live += bytesOf(value);
    peak = Math.max(peak, live);
    for (const value of new Set([...inputs, ...outputs])) {
      const isMade = value.constant === undefined && !given.has(value);
      if (isMade && (last.get(value) ?? at) <= at) live -= bytesOf(value);
    }
  }
  return peak;
}

function bytesOf({ shape, type }: Value): number {
  return sizeOf(shape) * (type === 'bool' ? 1 : 4);
}
