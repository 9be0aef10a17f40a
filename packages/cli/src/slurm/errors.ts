import { RaremaskError } from '@raremask/core';

export function slurmMissing(program: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_MISSING',
    category: 'environment',
    where: program,
    what: 'the command is not found',
    expected: "Slurm's sbatch, squeue and scontrol in PATH",
    remedy: 'call raremask where jobs are submitted from (a login node); or leave out --on slurm',
  });
}

/** @param words what sbatch says */
export function slurmRefused(script: string, words: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_REFUSED',
    category: 'environment',
    where: script,
    what: 'Slurm does not take the job',
    got: words,
    remedy:
      'give what the cluster asks for with --sbatch (or slurm: in a sweep file), and call again',
  });
}

/** @param words what squeue says */
export function slurmSilent(words: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_SILENT',
    category: 'environment',
    where: 'squeue',
    what: 'Slurm does not say what is queued, and what is might be submitted twice: nothing was submitted',
    got: words,
    remedy: 'call again when squeue answers',
  });
}

/** @param task as Slurm calls it */
export function notShared(folder: string, task: string, state: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_NOT_SHARED',
    category: 'environment',
    where: folder,
    what: `task ${task} has left nothing here: its node does not have this folder, or cannot write into it`,
    expected: 'a folder that all nodes share, with the data and node_modules, under the same path',
    got: `task ${task} ended as ${state}, without output`,
    remedy:
      'move the project to a shared file system, or name nodes that have it with --sbatch; the next call submits again',
  });
}

export function slurmSetting(got: string, what: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_SETTING',
    category: 'manifest',
    where: 'settings of sbatch',
    what,
    expected: 'options of sbatch, as --partition=gpu --time=2:00:00',
    got,
    remedy,
  });
}

/** An option that would do nothing. */
export function ofSlurmOnly(option: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_OPTION',
    category: 'manifest',
    where: option,
    what: 'it says how Slurm is used, and Slurm is not asked for',
    expected: `${option} beside --on slurm`,
    remedy: `add --on slurm, or leave out ${option}`,
  });
}

export function slurmRecordDamaged(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLURM_RECORD',
    category: 'data',
    where: path,
    what: 'the record of what was submitted to Slurm cannot be used',
    expected: 'format 1, as this version of raremask writes it',
    remedy: 'look with squeue that no task of this folder is queued any more, and delete the file',
  });
}

/** @param task a part that Slurm has */
export function otherParts(out: string, task: string, job: string): RaremaskError {
  const parts = task.split('/')[1];
  return new RaremaskError({
    code: 'RAREMASK_SLURM_PARTS',
    category: 'manifest',
    where: out,
    what: 'Slurm has parts of another division of these images, and would predict them twice',
    expected: `--parts ${parts}, as job ${job} has it`,
    remedy: `give --parts ${parts}; or scancel ${job}, and call again`,
  });
}
