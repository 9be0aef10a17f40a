import { expect, test } from 'vitest';
import { launchOf } from '../src/index.ts';
import { canMeet } from '../src/launch.ts';

test.each([
  ['a process by itself', {}, undefined],
  [
    'mpirun of Open MPI',
    { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '1' },
    { size: 4, by: 'mpirun of Open MPI', family: 'openmpi' },
  ],
  [
    'mpiexec of MPICH',
    { PMI_SIZE: '2', PMI_RANK: '0', MPI_LOCALNRANKS: '2' },
    { size: 2, by: 'mpiexec of MPICH', family: 'mpich' },
  ],
  [
    'srun with PMIx',
    { SLURM_STEP_NUM_TASKS: '8', SLURM_NTASKS: '8', PMIX_RANK: '3' },
    { size: 8, by: 'srun', family: undefined },
  ],
  [
    'srun with PMI-2',
    { SLURM_STEP_NUM_TASKS: '8', PMI_SIZE: '8', PMI_RANK: '0' },
    { size: 8, by: 'srun', family: undefined },
  ],
  // mpirun starts its helpers by srun, one a node.
  [
    'mpirun inside an allocation',
    { OMPI_COMM_WORLD_SIZE: '8', SLURM_STEP_NUM_TASKS: '2' },
    { size: 8, by: 'mpirun of Open MPI', family: 'openmpi' },
  ],
  ['a batch script, whatever its job has', { SLURM_NTASKS: '8', SLURM_PROCID: '0' }, undefined],
  ['a single task of srun', { SLURM_STEP_NUM_TASKS: '1' }, undefined],
  ['a single process of mpirun', { OMPI_COMM_WORLD_SIZE: '1' }, undefined],
])('%s is told from the environment', (_, environment, launch) => {
  expect(launchOf(environment)).toEqual(launch);
});

test.each([
  ['srun with PMIx', 'srun', { PMIX_RANK: '0' }, true],
  ['srun with PMI-2', 'srun', { PMI_RANK: '1' }, true],
  ['srun with neither', 'srun', {}, false],
  ['mpirun, which brings its own', 'mpirun of Open MPI', {}, true],
])('processes can meet: %s', (_, by, environment, expected) => {
  expect(canMeet({ size: 2, by, family: undefined }, environment)).toBe(expected);
});
