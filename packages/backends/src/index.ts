export { noTensorflowRelease, packFailed, RaremaskError } from './errors.ts';
export { type Attempt, attempt } from './install/attempt.ts';
export { cudaRequirement, installCuda } from './install/cuda.ts';
export { buildTensorflow } from './install/tensorflow.ts';
export {
  NPM_VERSION,
  type TensorflowRelease,
  tensorflowRelease,
  WHEEL_OPTIONS,
} from './install/tensorflowRelease.ts';
export type { OnnxRuntime } from './machine/cudaFindings.ts';
export type { Finding } from './machine/finding.ts';
export { lacksOf, machineFindings } from './machine/findings.ts';
export { type GpuDevice, gpuDevices, withoutGpu } from './machine/gpuDevices.ts';
export { type Machine, thisMachine } from './machine/machine.ts';
export { findPackage, type NativeName, nativePackages } from './native.ts';
export type { BackendRequest, PreparedBackend } from './prepare.ts';
export { prepareBackend } from './prepare.ts';
export type { Probe } from './probe.ts';
export { probeBackends } from './probe.ts';
export { wasmTrainingKernels } from './training/register.ts';
