import { flatSettings, type TrackedRun } from '@raremask/core';
import { encode, table, type Value } from './messages.ts';

/** TensorBoard's number of a session that ended well. */
const SUCCESS = 1;

/**
 * The settings of a run, for TensorBoard's table of runs. Which scores stand beside them is not said,
 * so that the table has all scalars of all runs: with a list, that of the first run would count for
 * every other, and settings that the first has not would be missing.
 *
 * @param seconds since 1970
 */
export function sessionStart(run: TrackedRun, seconds: number): Value {
  const settings = Object.entries(flatSettings(run.manifest)).map(([key, value]) => ({
    key,
    value:
      typeof value === 'number'
        ? { number: value }
        : typeof value === 'boolean'
          ? { flag: value }
          : { text: value },
  }));
  return session('start', { settings, group: run.name, seconds });
}

export function sessionEnd(seconds: number): Value {
  return session('end', { status: SUCCESS, seconds });
}

function session(moment: 'start' | 'end', content: object): Value {
  return table(`_hparams_/session_${moment}_info`, [0], new Float32Array(0), {
    name: 'hparams',
    content: encode('Hparams', { version: 0, [moment]: content }),
  });
}
