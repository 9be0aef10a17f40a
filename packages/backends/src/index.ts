export { RaremaskError } from './errors.ts';
export { type GpuDevice, gpuDevices, withoutGpu } from './machine/gpuDevices.ts';
export { type Machine, thisMachine } from './machine/machine.ts';
export type { BackendRequest, PreparedBackend } from './prepare.ts';
export { prepareBackend } from './prepare.ts';
export type { Probe } from './probe.ts';
export { probeBackends } from './probe.ts';
export { wasmTrainingKernels } from './training/register.ts';
