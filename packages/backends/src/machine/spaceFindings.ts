import { tmpdir } from 'node:os';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** What a run folder with its checkpoints, and a checkpoint that is being written, may take. */
const DISK = 2 ** 30;
const MEMORY = 2 ** 30;

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Threads, memory and disk. @param folder where runs are written */
export function spaceFindings(machine: Machine, folder: string): readonly Finding[] {
  const { cores, memory } = machine;
  const limit = containerLimit(machine);
  const total = Math.min(memory.total, limit ?? memory.total);
  const inside = limit !== undefined && limit < memory.total ? ", the container's limit" : '';
  return [
    { name: 'threads', state: 'ok', detail: `${cores} for compiled steps and for reading` },
    {
      name: 'memory',
      ...(memory.free < MEMORY
        ? {
            state: 'broken',
            detail: `${gib(memory.free)} free of ${gib(total)}${inside}: a training step of the smallest network needs about 1`,
            remedy: 'end other programs, or give the container more (docker run --memory)',
          }
        : { state: 'ok', detail: `${gib(memory.free)} free of ${gib(total)}${inside}` }),
    },
    diskFinding(machine, 'disk', folder),
    diskFinding(machine, 'temporary files', tmpdir()),
  ];
}

function diskFinding(machine: Machine, name: string, folder: string): Finding {
  const free = machine.free(folder);
  if (free === undefined)
    return { name, state: 'ok', detail: `${folder}; the system does not say how much is free` };
  if (free < DISK) {
    return {
      name,
      state: 'broken',
      detail: `${gib(free)} free in ${folder}; a run writes its checkpoints anew beside the old ones`,
      remedy: `free some space there (df -h ${folder}), or train with --out on another disk`,
    };
  }
  return { name, state: 'ok', detail: `${gib(free)} free in ${folder}` };
}

/** Bytes that a control group allows, where there is one. */
function containerLimit(machine: Machine): number | undefined {
  const text = (
    machine.read('/sys/fs/cgroup/memory.max') ??
    machine.read('/sys/fs/cgroup/memory/memory.limit_in_bytes')
  )?.trim();
  const bytes = Number(text);
  return text && Number.isFinite(bytes) ? bytes : undefined;
}
