import type { Census, Survey } from './census.ts';
import type { Facts } from './facts.ts';
import type { Log } from './log.ts';
import type { RandomStream } from './random.ts';
import { type Token, token } from './token.ts';

/** Classes, channels and space of the run's data set. */
export const facts = token<Facts>('facts');

/** Class frequencies of the training split; counted on the first call, then shared and cached. */
export const census = token<() => Promise<Census>>('census');

/** Counted facts of every image; counted on the first call, then shared and cached. */
export const survey = token<() => Promise<Survey>>('survey');

/** A random stream of the plugin's own. */
export const rng = token<RandomStream>('rng');

/** One line to the user, prefixed with the plugin's name. */
export const log = token<Log>('log');

/** Images in a batch of training. */
export const batchSize = token<number>('batchSize');

/** The folder that relative paths in the manifest start from, absolute. */
export const folder = token<string>('folder');

/** The services that every run has; a data set is made before `facts`, `census` and `survey`. */
export const standardServices: readonly Token<unknown>[] = [
  facts,
  census,
  survey,
  rng,
  log,
  batchSize,
  folder,
];
