import type { Machine } from './machine.ts';

/** A file through which a GPU is reached. */
export interface GpuDevice {
  readonly path: string;
  readonly maker: 'nvidia' | 'any';
  /** Whether this user may use it. */
  readonly usable: boolean;
}

/** GPUs that Linux shows; other systems show theirs to the libraries alone. */
export function gpuDevices(machine: Machine): readonly GpuDevice[] {
  const device = (path: string, maker: GpuDevice['maker']): GpuDevice => ({
    path,
    maker,
    usable: machine.opens(path),
  });
  return [
    ...machine
      .list('/dev')
      .filter((name) => /^nvidia\d+$/.test(name))
      .map((name) => device(`/dev/${name}`, 'nvidia')),
    ...machine
      .list('/dev/dri')
      .filter((name) => /^renderD\d+$/.test(name))
      .map((name) => device(`/dev/dri/${name}`, 'any')),
    // Windows's GPU, in its subsystem for Linux.
    ...(machine.exists('/dev/dxg') ? [device('/dev/dxg', 'any')] : []),
  ];
}

/** Why no GPU can be there, or undefined where one may be. */
export function withoutGpu(machine: Machine): string | undefined {
  if (machine.platform !== 'linux') return undefined;
  const devices = gpuDevices(machine);
  if (devices.length === 0) return 'the system shows no GPU';
  if (devices.every(({ usable }) => !usable)) {
    return `this user may not open ${devices.map(({ path }) => path).join(', ')}`;
  }
  return undefined;
}
