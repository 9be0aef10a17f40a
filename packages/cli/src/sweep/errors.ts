import { RaremaskError } from '@raremask/core';

/** @param path left out, none is named */
export function noSweepFile(path?: string, cause?: unknown): RaremaskError {
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_NO_SWEEP',
      category: 'manifest',
      where: path ?? 'command line',
      what:
        path === undefined ? 'no sweep file is named' : `the sweep file cannot be read (${reason})`,
      expected: 'a YAML file that names a manifest and what varies',
      remedy:
        'name one, for example: raremask sweep sweep.yaml; or give --folds or --seeds, with which raremask.yaml is trained',
    },
    { cause },
  );
}

export function wrongSweepNumber(
  option: '--folds' | '--seeds' | '--jobs',
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_NUMBER',
    category: 'manifest',
    where: option,
    what: 'the numbers cannot be used',
    expected:
      option === '--seeds'
        ? 'whole numbers from 0 on with commas between them, none of them twice'
        : `a whole number from ${option === '--folds' ? 2 : 1} on`,
    got,
    remedy: `write for example ${option} ${option === '--seeds' ? '0,1,2' : '2'}`,
  });
}

/** @param what of the sweep has changed since its trials began */
export function sweepChanged(
  path: string,
  what: string,
  before: string,
  now: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_CHANGED',
    category: 'manifest',
    where: path,
    what: `${what} changed since this sweep began, and its trials could not be compared with new ones`,
    expected: before,
    got: now,
    remedy:
      'change it back; or give the sweep file another name; or delete the folder to begin anew',
  });
}

export function sweepDamaged(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_DAMAGED',
    category: 'data',
    where: path,
    what: 'the record of the sweep cannot be used',
    expected: 'format 1, with its trials, as this version of raremask writes it',
    remedy: 'use the version that began the sweep; or delete the folder to begin anew',
  });
}

/** Results are asked for, and there are none. */
export function sweepNotBegun(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_NOT_BEGUN',
    category: 'manifest',
    where: path,
    what: 'no sweep has begun in this folder, and there is nothing to gather',
    expected: 'sweep.json, which a sweep writes before its first trial',
    remedy: 'leave out --results, and the sweep begins',
  });
}

/** @param what of the sweep leaves nothing for halving to do, or nothing to decide by */
export function halvingCannot(what: string, expected: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_HALVING',
    category: 'manifest',
    where: 'halving',
    ...{ what, expected, remedy },
  });
}

/** @param got what was asked for; left out, anything */
export function noNetworks(
  path: string,
  trials: readonly string[],
  got?: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_NETWORKS',
    category: 'data',
    where: path,
    what:
      got === undefined
        ? 'no trial of the sweep is finished, so there is no network that could predict'
        : 'no finished trial of the sweep has these settings',
    expected: got === undefined ? 'a finished trial' : `one of: ${trials.join('; ')}`,
    ...(got !== undefined && { got: got.join(' ') }),
    remedy:
      got === undefined
        ? 'go on with raremask sweep'
        : 'write --settings as sweep.csv shows them, for example --settings train.batch=4; or leave it out for the best',
  });
}

export function notASweep(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NOT_A_SWEEP',
    category: 'manifest',
    where: path,
    what: '--settings chooses among the trials of a sweep, and this is the folder of none',
    expected: 'a folder with sweep.json, as sweeps/NAME',
    remedy: 'name the folder of a sweep; or leave --settings out',
  });
}

/** @param name of what a sweep sets itself */
export function settingOfSweep(name: string, settings: object): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_SETTING',
    category: 'manifest',
    where: `settings ${JSON.stringify(settings)}`,
    what: `${name} varies, which the sweep sets itself in each trial`,
    expected: 'settings other than seed, name, data.split and output',
    remedy:
      'give seeds and folds beside settings; what is the same for all trials belongs into the manifest',
  });
}

export function budgetOfSlurm(got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SWEEP_BUDGET',
    category: 'manifest',
    where: 'budget',
    what: 'the budget of a call cannot end what Slurm runs after it',
    expected: 'a limit for each task, as sbatch has it',
    got,
    remedy: 'give --sbatch "--time=2:00:00", and --budget none where the sweep file has a budget',
  });
}
