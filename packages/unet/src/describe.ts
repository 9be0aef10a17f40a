import type { Model } from '@raremask/core';

/** A network in figures. */
export interface ModelDescription {
  /** Numbers that the optimizer moves. */
  readonly parameters: number;
  /** Numbers of the running statistics. */
  readonly buffers: number;
  /** Parameters of each part, in the order of the forward pass, for example `encoder.0`. */
  readonly parts: readonly { readonly name: string; readonly parameters: number }[];
}

/** Counts the parameters of a model, and of its parts by name. */
export function describe(model: Pick<Model, 'weights' | 'buffers'>): ModelDescription {
  const parts = new Map<string, number>();
  for (const { name, initial } of model.weights) {
    const part = /^[^.]+(\.\d+)?/.exec(name)![0];
    parts.set(part, (parts.get(part) ?? 0) + initial.length);
  }
  return {
    parameters: total(model.weights),
    buffers: total(model.buffers),
    parts: [...parts].map(([name, parameters]) => ({ name, parameters })),
  };
}

function total(list: Model['weights']): number {
  return list.reduce((sum, { initial }) => sum + initial.length, 0);
}
