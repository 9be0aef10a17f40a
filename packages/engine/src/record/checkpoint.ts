import type { Census, Facts, Json, Model } from '@raremask/core';
import { brokenCheckpoint, checkpointMismatch } from '../errors.ts';
import type { Normalization } from '../intensities/normalize.ts';
import type { NetworkArrays, StateArrays } from '../runner/runner.ts';
import type { StepProgram } from '../step/program.ts';
import { type StateEntry, stateLayout, zeros } from '../step/state.ts';
import { type NamedArray, readSafetensors, writeSafetensors } from './safetensors.ts';

/** Where a run stands, beside its tensors. JSON, in the checkpoint's header. */
export interface Progress {
  /** The epoch to go on with, counted from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are done. */
  readonly step: number;
  /** Batches since the beginning of the run. */
  readonly totalSteps: number;
  /** Updates of the weights since then. */
  readonly updates: number;
  /** Sums over the done batches of that epoch: images, loss, each term, gradient norm. */
  readonly sums: EpochSums;
  readonly sampler: Json;
  readonly schedule: Json;
  /** How far a run with a budget is; null, or absent in older files, where epochs say it. */
  readonly course?: Json;
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Training seconds so far. */
  readonly seconds: number;
}

export interface EpochSums {
  readonly batches: number;
  /** Those after which the weights were moved. */
  readonly updates: number;
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

/**
 * Writes a run's state into one file, atomically.
 *
 * @param gathering whether an update of several batches has begun: what they have gathered is then kept
 */
export async function writeCheckpoint(
  path: string,
  head: CheckpointHead,
  program: StepProgram,
  state: StateArrays,
  gathering: boolean,
): Promise<void> {
  const layout = stateLayout(program);
  const arrays = KINDS.filter((kind) => kind !== 'gathered' || gathering).flatMap((kind) =>
    layout[kind].map(
      ({ name, shape }, index): NamedArray => ({
        name: `${PREFIX[kind]}.${name}`,
        shape,
        values: state[kind][index]!,
      }),
    ),
  );
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

/** What the trained network is used with: the moving averages, where they were kept. */
export function checkpointState(checkpoint: Checkpoint, model: Model): NetworkArrays {
  const { weights, buffers } = model;
  const averaged = [...checkpoint.arrays.keys()].some((name) =>
    name.startsWith(`${PREFIX.averages}.`),
  );
  const prefix = averaged ? `${PREFIX.averages}.` : '';
  return {
    weights: named(checkpoint, `${prefix}${PREFIX.weights}`, weights),
    buffers: named(checkpoint, `${prefix}${PREFIX.buffers}`, buffers),
  };
}

/** What a run goes on with. */
export function resumeState(checkpoint: Checkpoint, program: StepProgram): StateArrays {
  const layout = stateLayout(program);
  const gathering = layout.gathered.some(({ name }) =>
    checkpoint.arrays.has(`${PREFIX.gathered}.${name}`),
  );
  return Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      kind === 'gathered' && !gathering
        ? layout.gathered.map(zeros)
        : named(checkpoint, PREFIX[kind], layout[kind]),
    ]),
  ) as Record<keyof StateArrays, Float32Array[]>;
}

/** What arrays of each kind are called in the file, before their own name. */
const PREFIX = {
  weights: 'weight',
  buffers: 'buffer',
  slots: 'optimizer',
  averages: 'average',
  gathered: 'gathered',
} as const satisfies Readonly<Record<keyof StateArrays, string>>;
const KINDS = Object.keys(PREFIX) as (keyof StateArrays)[];

function named(
  { path, arrays }: Checkpoint,
  prefix: string,
  entries: readonly StateEntry[],
): Float32Array[] {
  return entries.map(({ name, shape }) => {
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
}
