import { spawnSync } from 'node:child_process';

/** An MPI of this machine, with what starts processes of it. */
export interface MpiLauncher {
  readonly name: 'Open MPI' | 'MPICH';
  readonly command: string;
  readonly parameters: readonly string[];
}

const root = process.getuid?.() === 0;
const candidates: readonly MpiLauncher[] = [
  ...['mpirun.openmpi', 'mpirun'].map((command) => ({
    name: 'Open MPI' as const,
    command,
    parameters: ['--oversubscribe', ...(root ? ['--allow-run-as-root'] : [])],
  })),
  ...['mpiexec.hydra', 'mpirun.mpich'].map((command) => ({
    name: 'MPICH' as const,
    command,
    parameters: [],
  })),
];

/** Those that are installed: one of each. */
export function mpiLaunchers(): readonly MpiLauncher[] {
  const found = candidates.filter(({ name, command }) => {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    return status === 0 && (name === 'Open MPI') === stdout.includes('Open MPI');
  });
  return found.filter(
    ({ name }, index) => found.findIndex((other) => other.name === name) === index,
  );
}
