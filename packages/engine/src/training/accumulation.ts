import type { Draw } from '@raremask/core';
import type { Work } from '../opening/openWork.ts';
import type { Gathering } from '../runner/runner.ts';
import type { Team } from '../team/team.ts';
import type { Parts } from './parts.ts';

/**
 * The place of a batch among those that make one update together; undefined where it makes one alone.
 * An epoch ends with an update, of fewer batches where the number does not divide them.
 *
 * @param together batches that make one update
 */
export function gatheringOf(
  batches: readonly (readonly Draw[])[],
  step: number,
  together: number,
): Gathering | undefined {
  const start = step - (step % together);
  const group = batches.slice(start, start + together);
  if (group.length === 1) return undefined;
  const images = group.reduce((sum, { length }) => sum + length, 0);
  return {
    share: batches[step]!.length / images,
    first: step === start,
    last: step === start + group.length - 1,
  };
}

/** Share of an epoch that is done before the update that a step belongs to. */
export function updateProgress(step: number, steps: number, together: number): number {
  return Math.floor(step / together) / Math.ceil(steps / together);
}

/** Says where batches gathered one by one, or by several processes, are not the same as one large batch. */
export function accumulationNote(
  { loaded }: Work,
  { model, places }: Parts,
  { size }: Team,
): string | undefined {
  const { accumulate, batch } = loaded.manifest.train;
  if (accumulate === 1 && size === 1) return undefined;
  const pooling = places.filter((_, index) => {
    const { plugin, options } = loaded.plugins.losses[index]!;
    const joins = accumulate === 1 && (plugin.joinsProcesses?.(options) ?? false);
    return (plugin.poolsBatch?.(options) ?? false) && !joins;
  });
  const reasons = [
    ...(model.buffers.length > 0 && (accumulate > 1 || !model.joinsProcesses)
      ? ['the model has running statistics, as batch norm does, which see each batch alone']
      : []),
    ...pooling.map((place) => `${place} pools each batch alone`),
  ];
  if (reasons.length === 0) return undefined;
  const what = [
    ...(accumulate > 1 ? [`train.accumulate: ${accumulate}`] : []),
    ...(size > 1 ? [`a batch divided among ${size} processes`] : []),
  ].join(' with ');
  return `${what} is not the same as a batch of ${accumulate * batch} in one: ${reasons.join('; ')}`;
}
