import type { Census, Facts, Json, Model } from '@raremask/core';
import { brokenCheckpoint, checkpointMismatch } from '../errors.ts';
import type { Normalization } from '../intensities/normalize.ts';
import type { StateArrays } from '../runner/runner.ts';
import type { Optimizer } from '../step/optimizer.ts';
import { type NamedArray, readSafetensors, writeSafetensors } from './safetensors.ts';

/** Where a run stands, beside its tensors. JSON, in the checkpoint's header. */
export interface Progress {
  /** The epoch to go on with, counted from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are done. */
  readonly step: number;
  /** Steps since the beginning of the run. */
  readonly totalSteps: number;
  /** Sums over the done batches of that epoch: images, loss, each term, gradient norm. */
  readonly sums: EpochSums;
  readonly sampler: Json;
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Training seconds so far. */
  readonly seconds: number;
}

export interface EpochSums {
  readonly batches: number;
  readonly images: number;
  readonly loss: number;
  readonly terms: readonly number[];
  readonly gradientNorm: number;
  /** Windows with foreground before augmentation, those of them that it has emptied, and pasted ones. */
  readonly masks: number;
  readonly emptied: number;
  readonly pasted: number;
  /** Seconds that steps waited for batches, without the first of the epoch. */
  readonly waited: number;
  readonly seconds: number;
}

/** What a network needs to be used, beside its tensors. */
export interface CheckpointHead {
  readonly format: 1;
  readonly facts: Facts;
  readonly normalization: Normalization;
  /** Frequencies of the training split, so that the model can be made without the data. */
  readonly census: Census;
  readonly progress: Progress;
}

/** Writes weights, buffers and optimizer state into one file, atomically. */
export async function writeCheckpoint(
  path: string,
  head: CheckpointHead,
  model: Model,
  optimizer: Optimizer,
  state: StateArrays,
): Promise<void> {
  const arrays: NamedArray[] = [];
  const add = (
    prefix: string,
    names: readonly { readonly name: string; readonly shape: readonly number[] }[],
    values: readonly Float32Array[],
  ) => {
    for (const [index, { name, shape }] of names.entries()) {
      arrays.push({ name: `${prefix}.${name}`, shape, values: values[index]! });
    }
  };
  add('weight', model.weights, state.weights);
  add('buffer', model.buffers, state.buffers);
  add('optimizer', optimizer.slots, state.slots);
  await writeSafetensors(path, arrays, { raremask: JSON.stringify(head) });
}

export interface Checkpoint {
  readonly path: string;
  readonly head: CheckpointHead;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** A checkpoint of a run, with its name there. */
export interface ChosenCheckpoint extends Checkpoint {
  readonly which: 'best' | 'last';
}

export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { arrays, metadata } = await readSafetensors(path);
  const text = metadata['raremask'];
  if (text === undefined) throw brokenCheckpoint(path, 'it was not written by raremask');
  let head: CheckpointHead;
  try {
    head = JSON.parse(text) as CheckpointHead;
  } catch (error) {
    throw brokenCheckpoint(path, 'its description is not JSON', error);
  }
  if (head.format !== 1) {
    throw brokenCheckpoint(path, `it has format ${head.format}, this version reads format 1`);
  }
  return { path, head, arrays };
}

/** The arrays of a checkpoint, in the model's order; without an optimizer, no slots. */
export function checkpointState(
  { path, arrays }: Checkpoint,
  model: Model,
  optimizer?: Optimizer,
): StateArrays {
  const named = (
    prefix: string,
    names: readonly { readonly name: string; readonly shape: readonly number[] }[],
  ) =>
    names.map(({ name, shape }) => {
      const array = arrays.get(`${prefix}.${name}`);
      if (array === undefined || array.shape.join() !== shape.join()) {
        throw checkpointMismatch(
          path,
          `${prefix} ${name} of shape [${shape.join(', ')}]`,
          array === undefined ? 'no such array' : `[${array.shape.join(', ')}]`,
        );
      }
      return array.values;
    });
  return {
    weights: named('weight', model.weights),
    buffers: named('buffer', model.buffers),
    slots: optimizer ? named('optimizer', optimizer.slots) : [],
  };
}

/** What a run starts with. */
export function initialState(model: Model, optimizer: Optimizer): StateArrays {
  const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
  return {
    weights: model.weights.map(({ initial }) => Float32Array.from(initial)),
    buffers: model.buffers.map(({ initial }) => Float32Array.from(initial)),
    slots: optimizer.slots.map(({ shape }) => new Float32Array(size(shape))),
  };
}
