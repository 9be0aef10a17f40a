import { cudaFindings, type OnnxRuntime } from './cudaFindings.ts';
import { devicesFinding } from './deviceFindings.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { nodeFinding, packageManagerFinding } from './nodeFindings.ts';
import { spaceFindings } from './spaceFindings.ts';
import { vulkanFindings } from './vulkanFindings.ts';

/**
 * What a machine has and lacks for training, each with what mends it. Nothing is loaded and nothing computed:
 * a broken library is named before it is tried.
 *
 * @param folder the user's, in which packages are installed and runs are written
 * @param runtime onnxruntime-node, where it is installed
 */
export function machineFindings(
  machine: Machine,
  folder: string,
  runtime: OnnxRuntime | undefined,
): readonly Finding[] {
  return [
    nodeFinding(machine),
    packageManagerFinding(machine, folder),
    ...spaceFindings(machine, folder),
    devicesFinding(machine),
    ...vulkanFindings(machine),
    ...cudaFindings(machine, runtime),
  ];
}

/**
 * What a GPU's provider that does not compute here may lack: what is broken, or where nothing is, what is absent.
 */
export function lacksOf(
  machine: Machine,
  provider: 'webgpu' | 'cuda',
  runtime: OnnxRuntime | undefined,
): readonly Finding[] {
  const libraries =
    provider === 'webgpu' ? vulkanFindings(machine) : cudaFindings(machine, runtime);
  const lacks = [...libraries, devicesFinding(machine)].filter(({ state }) => state !== 'ok');
  const broken = lacks.filter(({ state }) => state === 'broken');
  return (broken.length > 0 ? broken : lacks).filter(({ remedy }) => remedy !== undefined);
}
