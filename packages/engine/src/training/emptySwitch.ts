import type { Loss } from '@raremask/core';
import type { Work } from '../opening/openWork.ts';
import { guardedLoss } from '../step/guardedLoss.ts';
import type { Parts } from './parts.ts';

/** Policies by which a loss of single images does not hear empty ones, and the one that does. */
const DEAF: readonly unknown[] = ['smooth', 'ignore'];
const HEARS = 'cross-entropy';

interface EmptyOptions {
  readonly pool?: unknown;
  readonly empty?: unknown;
}

/** Places in `loss` of the losses that can be made to hear empty images, by their option `empty`. */
export async function switchable({ plugins }: Work['loaded']): Promise<readonly number[]> {
  const places: number[] = [];
  for (const [index, { plugin, options }] of plugins.losses.entries()) {
    const own = (options ?? {}) as EmptyOptions;
    if (!DEAF.includes(own.empty) || (own.pool ?? 'image') !== 'image') continue;
    const checked = await plugin.options?.['~standard'].validate({ ...own, empty: HEARS });
    if (checked !== undefined && checked.issues === undefined) places.push(index);
  }
  return places;
}

/** The losses of a run, of which those at some places learn an empty image pixel by pixel. */
export async function switchedLosses(
  { loaded, scope }: Work,
  parts: Pick<Parts, 'losses' | 'places'>,
  switched: readonly number[],
): Promise<readonly Loss[]> {
  const losses = [...parts.losses];
  for (const index of switched) {
    const plugin = loaded.plugins.losses[index]!;
    const options = { ...(plugin.options as object), empty: HEARS };
    const loss = await scope.make({ ...plugin, options });
    losses[index] = guardedLoss(loss, parts.places[index]!, plugin.url);
  }
  return losses;
}
