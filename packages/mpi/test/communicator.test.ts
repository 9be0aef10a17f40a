import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MpiLauncher, mpiLaunchers } from '../../../test/mpi.ts';
import { joinProcesses } from '../src/index.ts';

const talk = join(import.meta.dirname, 'fixtures', 'talk.mjs');

function started(
  { command, parameters }: MpiLauncher,
  count: number,
  more: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
) {
  const all = [...parameters, '-np', String(count), process.execPath, talk, ...more];
  const { status, stdout, stderr } = spawnSync(command, all, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const said = stdout.split('\n').flatMap((line) => {
    const json = line.slice(line.indexOf('{'));
    return line.includes('{') ? [JSON.parse(json)] : [];
  });
  return { status, stderr, said: said.toSorted((a, b) => a.rank - b.rank) };
}

const launchers = mpiLaunchers();
if (launchers.length === 0)
  test.skip('processes of an MPI (neither Open MPI nor MPICH is installed)');

describe.each(launchers)('$name', (launcher) => {
  test('sums, tells and gathers over three processes', () => {
    const { status, stderr, said } = started(launcher, 3);
    expect(status, stderr).toBe(0);
    expect(said).toEqual(
      [0, 1, 2].map((rank) => ({
        ...{ rank, size: 3, by: expect.any(String) },
        version: expect.stringMatching(launcher.name === 'MPICH' ? /^MPICH \d/ : /^Open MPI v\d/),
        ...{ floats: [6, 1.5], doubles: [3 * 2 ** 40 + 3], many: 6 },
        ...{ told: 'hear', gathered: [[], [1], [2, 2]] },
      })),
    );
  });

  test('one process ends all, with its exit status', () => {
    const { status, said } = started(launcher, 2, ['abort']);
    expect(said).toEqual([]);
    // MPICH ends the process amid its call, of which Node may die before the status is seen.
    if (launcher.name === 'MPICH') expect(status).not.toBe(0);
    else expect(status).toBe(7);
  });

  test('the death of one ends the others', () => {
    const { status, said } = started(launcher, 2, ['die']);
    expect(status).not.toBe(0);
    expect(said).toEqual([]);
  });

  test('a library that is not there is named', () => {
    const { status, stderr } = started(launcher, 2, [], { TEST_LIBRARY: 'libmpi-none.so' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('RAREMASK_MPI_LIBRARY');
    expect(stderr).toContain('libmpi-none.so');
  });
});

test.skipIf(launchers[0]?.name !== 'Open MPI').each([
  ['srun without --mpi', { SLURM_STEP_NUM_TASKS: '2' }, 'has not told them'],
  // Nobody has started this one, so that it finds itself alone.
  ['a launcher of another library', { OMPI_COMM_WORLD_SIZE: '2' }, 'sees 1 of them'],
])('processes that do not find each other are refused: %s', (_, env, said) => {
  const script = `import('${join(import.meta.dirname, '../dist/index.js')}').then((mpi) =>
    mpi.joinProcesses(mpi.launchOf(process.env)).catch((error) => { console.log(error.code, error.message); process.exit(3); }))`;
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(stdout).toContain('RAREMASK_MPI_APART');
  expect(stdout).toContain(said);
  expect(status).toBe(3);
});

test('no library is loaded where nobody has started several processes', async () => {
  await expect(
    joinProcesses({ size: 2, by: 'a test', family: undefined }, '/nowhere/libmpi.so'),
  ).rejects.toMatchObject({ code: 'RAREMASK_MPI_LIBRARY' });
});
