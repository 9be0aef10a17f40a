import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

type Program = 'sbatch' | 'squeue' | 'scontrol' | 'sacct';

/** Commands of Slurm that say what a test wants them to say. */
export interface FakeSlurm {
  /** What a command says from now on, as lines of a shell that has nothing but itself. */
  says(program: Program, lines: string): void;
  remove(program: Program): void;
  /** The words of each call so far. */
  calls(program: Program): readonly (readonly string[])[];
}

/** Puts them in place of everything in PATH, until the test ends. */
export function fakeSlurm(): FakeSlurm {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-slurm-'));
  const { PATH } = process.env;
  process.env['PATH'] = folder;
  onTestFinished(() => {
    process.env['PATH'] = PATH;
    rmSync(folder, { recursive: true, force: true });
  });
  const log = (program: Program) => join(folder, `${program}.calls`);
  const says = (program: Program, lines: string) => {
    const path = join(folder, program);
    const note = `for word in "$@"; do printf '%s\\0' "$word"; done >> ${log(program)}`;
    writeFileSync(path, `#!/bin/sh\n${note}\nprintf '\\n' >> ${log(program)}\n${lines}\n`);
    chmodSync(path, 0o755);
  };
  says('sbatch', 'echo 7');
  says('squeue', '');
  says('scontrol', 'echo "MaxArraySize            = 1001"');
  says('sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1');
  return {
    says,
    remove: (program) => rmSync(join(folder, program)),
    calls: (program) =>
      existsSync(log(program))
        ? readFileSync(log(program), 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => line.split('\0').slice(0, -1))
        : [],
  };
}
