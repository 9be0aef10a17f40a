import { tmpdir } from 'node:os';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** What a run folder with its checkpoints, and a checkpoint that is being written, may take. */
const DISK = 2 ** 30;
const MEMORY = 2 ** 30;

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Node reserves addresses for every WebAssembly memory, many times what it uses. */
const ADDRESSES = 15 * 2 ** 30;

/** Threads, memory and disk. @param folder where runs are written */
export function spaceFindings(machine: Machine, folder: string): readonly Finding[] {
  return [
    {
      name: 'threads',
      state: 'ok',
      detail: `${machine.cores} for compiled steps and for reading`,
    },
    memoryFinding(machine),
    diskFinding(machine, folder, {
      name: 'disk',
      use: 'a run writes its checkpoints anew beside the old ones',
      other: 'train with --out on another disk',
    }),
    diskFinding(machine, tmpdir(), {
      name: 'temporary files',
      use: 'raremask init and the installing of backends write there',
      other: 'name another folder in TMPDIR',
    }),
  ];
}

function memoryFinding(machine: Machine): Finding {
  const name = 'memory';
  const { total, free, inside } = memoryOf(machine);
  const addresses = addressLimit(machine);
  if (addresses !== undefined && addresses < ADDRESSES) {
    return {
      name,
      state: 'broken',
      detail: `${gib(addresses)} of addresses are allowed (ulimit -v), and WebAssembly reserves more than it uses: about ${gib(ADDRESSES)} are needed`,
      remedy: 'ulimit -v unlimited, or a limit of memory that is used, such as that of a container',
    };
  }
  const detail = `${gib(free)} free of ${gib(total)}${inside}`;
  if (free >= MEMORY) return { name, state: 'ok', detail };
  return {
    name,
    state: 'broken',
    detail: `${detail}: a training step of the smallest network needs about 1`,
    remedy: 'end other programs, or give the container more (docker run --memory)',
  };
}

/** Bytes, of the container where there is one. */
function memoryOf(machine: Machine) {
  const { total, free } = machine.memory;
  const limit = containerLimit(machine);
  if (limit === undefined || limit >= total) return { total, free, inside: '' };
  const left = Math.max(0, limit - containerUse(machine));
  return { total: limit, free: Math.min(free, left), inside: ", the container's limit" };
}

/** What is written in a folder, and what to do instead of freeing some space. */
interface Written {
  readonly name: string;
  readonly use: string;
  readonly other: string;
}

function diskFinding(machine: Machine, folder: string, { name, use, other }: Written): Finding {
  if (!machine.exists(folder)) {
    const detail = `${folder} does not exist`;
    return { name, state: 'broken', detail, remedy: `mkdir -p ${folder}, or ${other}` };
  }
  const free = machine.free(folder);
  if (free !== undefined && free < DISK) {
    return {
      name,
      state: 'broken',
      detail: `${gib(free)} free in ${folder}; ${use}`,
      remedy: `free some space there (df -h ${folder}), or ${other}`,
    };
  }
  if (!machine.writable(folder)) {
    const detail = `nothing can be written in ${folder}`;
    return { name, state: 'broken', detail, remedy: other };
  }
  if (free === undefined)
    return { name, state: 'ok', detail: `${folder}; the system does not say how much is free` };
  return { name, state: 'ok', detail: `${gib(free)} free in ${folder}` };
}

/** Bytes that a control group allows, where there is one. */
function containerLimit(machine: Machine): number | undefined {
  return firstNumber(
    machine,
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  );
}

/** Bytes that the control group uses; files that are kept in memory give way. */
function containerUse(machine: Machine): number {
  const used = firstNumber(
    machine,
    '/sys/fs/cgroup/memory.current',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes',
  );
  const statistics =
    machine.read('/sys/fs/cgroup/memory.stat') ??
    machine.read('/sys/fs/cgroup/memory/memory.stat') ??
    '';
  return (used ?? 0) - Number(/^(?:total_)?inactive_file (\d+)/m.exec(statistics)?.[1] ?? 0);
}

function firstNumber(machine: Machine, ...paths: readonly string[]): number | undefined {
  const text = paths.map((path) => machine.read(path)?.trim()).find(Boolean);
  const bytes = Number(text);
  return text && Number.isFinite(bytes) ? bytes : undefined;
}

/** Bytes of addresses that this process may have; undefined where there is no limit. */
function addressLimit(machine: Machine): number | undefined {
  const limits = machine.read('/proc/self/limits') ?? '';
  const bytes = /^Max address space +(\d+)/m.exec(limits)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}
