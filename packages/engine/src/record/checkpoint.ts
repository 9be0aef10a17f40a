import type { Model } from '@raremask/core';
import { checkpointMismatch } from '../errors.ts';
import type { NetworkArrays, StateArrays } from '../runner/runner.ts';
import type { StepProgram } from '../step/program.ts';
import { type StateEntry, stateLayout, zeros } from '../step/state.ts';
import { CHECKPOINT_FORMAT, type CheckpointHead } from './checkpointHead.ts';
import { brokenCheckpoint } from './errors.ts';
import { type NamedArray, readSafetensors, writeSafetensors } from './safetensors.ts';
import { checkUsable } from './usable.ts';

/**
 * Writes a run's state into one file, atomically.
 *
 * @param gathering whether an update of several batches has begun: what they have gathered is then kept
 */
export async function writeCheckpoint(
  path: string,
  head: Omit<CheckpointHead, 'format' | 'checksums'>,
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
  const whole: CheckpointHead = { format: CHECKPOINT_FORMAT, checksums: 'sha256', ...head };
  await writeSafetensors(path, arrays, { raremask: JSON.stringify(whole) });
}

/** The same network without what only training needs: the optimizer's memory, and weights whose averages are used. */
export async function writeWeights(path: string, { head, arrays }: Checkpoint): Promise<void> {
  const kept = averagesIn(arrays) ? [PREFIX.averages] : [PREFIX.weights, PREFIX.buffers];
  const own = [...arrays.values()].filter(({ name }) =>
    kept.some((prefix) => name.startsWith(`${prefix}.`)),
  );
  const { lastEpoch: _last, sentinel: _sentinel, ...progress } = head.progress;
  const lean: CheckpointHead = { ...head, checksums: 'sha256', progress };
  await writeSafetensors(path, own, { raremask: JSON.stringify(lean) });
}

function averagesIn(arrays: Checkpoint['arrays']): boolean {
  return [...arrays.keys()].some((name) => name.startsWith(`${PREFIX.averages}.`));
}

export interface Checkpoint {
  readonly path: string;
  /** Whether checksums have said that nothing of it has changed. */
  readonly isVerified: boolean;
  readonly head: CheckpointHead;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

/** A checkpoint of a run, with its name there. */
export interface ChosenCheckpoint extends Checkpoint {
  readonly which: 'best' | 'last';
}

/**
 * @throws RaremaskError that names what is damaged: an array, or the description; and where a number is not
 *   finite
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await readSafetensors(path);
  const text = file.metadata['raremask'];
  if (text === undefined) throw brokenCheckpoint(path, 'it was not written by raremask');
  let head: CheckpointHead;
  try {
    head = JSON.parse(text) as CheckpointHead;
  } catch (error) {
    throw brokenCheckpoint(path, 'its description is not JSON', error);
  }
  checkUsable(path, head, file);
  return { path, head, arrays: file.arrays, isVerified: file.isVerified };
}

/** What the trained network is used with: the moving averages, where they were kept. */
export function checkpointState(checkpoint: Checkpoint, model: Model): NetworkArrays {
  const { weights, buffers } = model;
  const prefix = averagesIn(checkpoint.arrays) ? `${PREFIX.averages}.` : '';
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
