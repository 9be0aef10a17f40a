/** The device that a GPU's provider computes on. */
export interface Adapter {
  readonly name: string;
  /** The library of its driver, or its version, where the system says it. */
  readonly driver?: string;
  /** A processor that plays GPU: right, and slow. */
  readonly software: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

function adapterOf(name: string, driver: string | undefined): Adapter {
  return { name, ...(driver && { driver }), software: SOFTWARE.test(name) };
}

/**
 * What the Vulkan loader wrote (VK_LOADER_DEBUG=all) while a device was made: the last one that it used. Older
 * loaders only list the devices, in their order of preference.
 */
export function adapterInLoaderLog(log: string): Adapter | undefined {
  const used = [...log.matchAll(/Using "([^"]+)" with driver: "([^"]+)"/g)].at(-1);
  if (used) return adapterOf(used[1]!, used[2]);
  const listed = [...log.matchAll(/Sorted order:\s*\n.*?\[0\] (.+)/g)].at(-1);
  return listed && adapterOf(listed[1]!.trim(), undefined);
}

/** Asks the system for a GPU's name, where no loader says it. @param run a command's output, or undefined */
export function adapterOfSystem(
  platform: NodeJS.Platform,
  run: (command: string, args: readonly string[]) => string | undefined,
): Adapter | undefined {
  if (platform === 'darwin') {
    const said = run('system_profiler', ['SPDisplaysDataType', '-json']);
    const [name] = [...(said ?? '').matchAll(/"sppci_model"\s*:\s*"([^"]+)"/g)].map((at) => at[1]!);
    return name === undefined ? undefined : adapterOf(name, 'Metal');
  }
  if (platform === 'win32') {
    const query = '(Get-CimInstance Win32_VideoController | Select-Object -First 1).Name';
    const name = run('powershell', ['-NoProfile', '-Command', query])?.trim();
    return name ? adapterOf(name, 'Direct3D 12') : undefined;
  }
  return undefined;
}

/** The first GPU that NVIDIA's tool lists. */
export function adapterOfNvidia(
  run: (command: string, args: readonly string[]) => string | undefined,
): Adapter | undefined {
  const said = run('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader']);
  const [name, driver] = (said?.split('\n')[0] ?? '').split(',').map((part) => part.trim());
  return name ? adapterOf(name, driver && `driver ${driver}`) : undefined;
}
