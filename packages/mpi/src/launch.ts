/** What a launcher has told this process: that others are started with it. */
export interface Launch {
  /** How many processes it has started. */
  readonly size: number;
  /** Who started them, as a user calls it. */
  readonly by: string;
  /** Which MPI they are to speak; undefined where the launcher serves several. */
  readonly family: MpiFamily | undefined;
}

export type MpiFamily = 'openmpi' | 'mpich';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether this process is one of several that a launcher has started, from the environment that each launcher
 * gives its processes; nothing is loaded. A batch script of Slurm is one process, whatever its job has: only a
 * step, that is `srun`, starts several.
 */
export function launchOf(environment: Environment): Launch | undefined {
  const number = (name: string) => {
    const value = Number(environment[name]);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const found: readonly (Launch | undefined)[] = [
    told(number('OMPI_COMM_WORLD_SIZE'), 'mpirun of Open MPI', 'openmpi'),
    told(number('PMI_SIZE'), steppedBy(environment) ?? 'mpiexec of MPICH', hydra(environment)),
    told(number('SLURM_STEP_NUM_TASKS'), 'srun', undefined),
  ];
  const launch = found.find((one) => one !== undefined);
  return launch !== undefined && launch.size > 1 ? launch : undefined;
}

/**
 * Whether processes that srun has started can find each other: it then tells each of them of a server, by PMIx or PMI. Without,
 * Open MPI ends the process in its first call, and MPICH believes itself alone.
 */
export function canMeet({ by }: Launch, environment: Environment): boolean {
  return by !== 'srun' || ['PMIX_RANK', 'PMI_RANK'].some((name) => environment[name] !== undefined);
}

function told(
  size: number | undefined,
  by: string,
  family: MpiFamily | undefined,
): Launch | undefined {
  return size === undefined ? undefined : { size, by, family };
}

/** Slurm's PMI-2 sets what MPICH's own launcher sets, and Open MPI understands it as well. */
function steppedBy(environment: Environment): string | undefined {
  return environment.SLURM_STEP_NUM_TASKS !== undefined && !environment.MPI_LOCALNRANKS
    ? 'srun'
    : undefined;
}

function hydra(environment: Environment): MpiFamily | undefined {
  return steppedBy(environment) === undefined ? 'mpich' : undefined;
}
