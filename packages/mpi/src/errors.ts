import { RaremaskError } from '@raremask/core';
import type { Launch } from './launch.ts';

export function koffiMissing(cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_MPI_KOFFI',
      category: 'environment',
      where: 'MPI',
      what: 'koffi does not load, through which MPI is called',
      expected: 'koffi, an optional dependency of @raremask/mpi',
      got: firstLine(cause),
      remedy: 'npm install koffi beside raremask',
    },
    { cause },
  );
}

export function libraryMissing({ by }: Launch, tried: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MPI_LIBRARY',
    category: 'environment',
    where: 'MPI',
    what: `the MPI library of ${by} is not found`,
    expected: 'Open MPI (libmpi) or MPICH (libmpich), where the system looks for libraries',
    got: tried.join('; '),
    remedy: 'install it, for example libopenmpi3 of Debian; or name its file in RAREMASK_MPI',
  });
}

const SRUN =
  'name what this MPI was built with: srun --mpi=pmix or srun --mpi=pmi2 (srun --mpi=list says which there are); or start them by mpirun inside the allocation';

export function withoutServer({ by, size }: Launch): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MPI_APART',
    category: 'environment',
    where: 'MPI',
    what: `${by} has started ${size} processes, and has not told them how to find each other`,
    expected: 'PMIx or PMI-2, which srun has by its option --mpi',
    remedy: SRUN,
  });
}

/** Each of them would train by itself, and all would write one run. */
export function apart({ by, size }: Launch, seen: number, library: string): RaremaskError {
  const srun = by === 'srun';
  return new RaremaskError({
    code: 'RAREMASK_MPI_APART',
    category: 'environment',
    where: 'MPI',
    what: `${by} has started ${size} processes, and MPI (${library}) sees ${seen} of them`,
    expected: 'processes that find each other',
    remedy: srun
      ? SRUN
      : 'start them with the launcher that belongs to this library; or name the library of this launcher in RAREMASK_MPI_LIBRARY',
  });
}

export function callFailed(name: string, code: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MPI_FAILED',
    category: 'environment',
    where: name,
    what: `MPI refuses the call with its error ${code}`,
    expected: 'every process of the job, reachable',
    remedy:
      'look at what the launcher says; raremask resume RUN goes on, with any number of processes',
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
