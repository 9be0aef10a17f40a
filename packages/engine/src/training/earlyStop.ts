import type { Manifest } from '@raremask/core/manifest';

type EarlyStop = NonNullable<Manifest['train']['earlyStop']>;

/** The last validation that was better than all before. Epochs are counted from 0. */
export interface Improved {
  readonly epoch: number;
  readonly score: number;
}

/** After a validation. Equal scores are no improvement, though the later of them is the best checkpoint. */
export function improved(
  { by }: Pick<EarlyStop, 'by'>,
  better: 'higher' | 'lower',
  before: Improved | undefined,
  now: Improved,
): Improved {
  if (before === undefined) return now;
  const gain = better === 'higher' ? now.score - before.score : before.score - now.score;
  return gain > by ? now : before;
}

/** @param done whole epochs */
export function isStopped(
  settings: EarlyStop | null,
  last: Improved | undefined,
  done: number,
): boolean {
  if (settings === null || last === undefined) return false;
  return done - (last.epoch + 1) >= settings.patience;
}

/** What is said where a training ends before its epochs do. */
export function stoppedNote({ patience, by }: EarlyStop, last: Improved): string {
  const much = by > 0 ? ` by more than ${by}` : '';
  return `stopped early: no score better${much} for ${patience} ${patience === 1 ? 'epoch' : 'epochs'} since epoch ${last.epoch + 1} (train.earlyStop); resume goes on with --set train.earlyStop=null`;
}
