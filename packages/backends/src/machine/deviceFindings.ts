import type { Finding } from './finding.ts';
import { gpuDevices } from './gpuDevices.ts';
import type { Machine } from './machine.ts';

/** GPUs that the system shows, and whether this user may use them. */
export function devicesFinding(machine: Machine): Finding {
  const name = 'GPU';
  if (machine.platform !== 'linux') {
    return { name, state: 'ok', detail: 'what the system has, its libraries see' };
  }
  const devices = gpuDevices(machine);
  if (devices.length === 0) {
    return {
      name,
      state: 'absent',
      detail: 'the system shows none: no /dev/nvidia0, /dev/dri/renderD128 or /dev/dxg',
      remedy:
        'in a container, hand the GPU in (docker run --gpus all, or --device /dev/dri); otherwise install its driver',
    };
  }
  const closed = devices.filter(({ usable }) => !usable);
  if (closed.length > 0) {
    const paths = closed.map(({ path }) => path).join(', ');
    const group = closed.some(({ path }) => path.includes('/dri/')) ? 'render' : 'video';
    return {
      name,
      state: 'broken',
      detail: `this user may not open ${paths}`,
      remedy: `sudo usermod -aG ${group} $USER, then log in again`,
    };
  }
  return { name, state: 'ok', detail: devices.map(({ path }) => path).join(', ') };
}
