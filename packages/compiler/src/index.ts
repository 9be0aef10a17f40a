export {
  type AnySizeProgram,
  type CompileOptions,
  compile,
  compileAnySize,
  graphOf,
  intoPort,
  outOfPort,
  type Port,
  type Program,
} from './compile.ts';
export { NotTraceable } from './errors.ts';
export type { Elements, ElementType, Graph, Node, Value } from './graph.ts';
export { Joined } from './joined.ts';
export { EXCHANGE } from './kernels/exchange.ts';
export { largestIn } from './largest.ts';
export { lower } from './lower.ts';
export { encode, initializersOf } from './onnx/encode.ts';
export { generalize, NotGeneral } from './onnx/generalize.ts';
export type { OnnxModel } from './onnx/model.ts';
export { productsAt } from './passes/productsAt.ts';
export { peakOf } from './peak.ts';
export { type CompilerProbe, probeCompiler } from './probe.ts';
export type { Adapter } from './providers/adapter.ts';
export {
  type DeviceTensor,
  disposeOperand,
  inMemory,
  isOnDevice,
  type Operand,
} from './providers/device.ts';
export { refusalOf } from './providers/fits.ts';
export { DeviceLost, isDeviceLost } from './providers/lost.ts';
export {
  type Ended,
  type GpuOutcome,
  type GpuUse,
  openGpu,
  type TrialProcess,
} from './providers/openGpu.ts';
export { type Placement, saidOf } from './providers/placement.ts';
export {
  type Forms,
  GPU_FORMS,
  type GpuPrecision,
  type GpuProviderName,
  gpuProvider,
  type Provider,
  type ProviderName,
} from './providers/provider.ts';
export {
  CUDA_PROVIDER,
  missingOfCuda,
  type RuntimeFiles,
  runtimeFiles,
} from './providers/runtimeFiles.ts';
export { openReader, type Reader } from './reader.ts';
export {
  loadRuntime,
  onProvider,
  type Runtime,
  type RuntimeLack,
  type RuntimeOutcome,
  runtimeLack,
} from './runtime.ts';
export { compileInSegments, type Exchange, segmentsOf } from './segments.ts';
export { type InputSpec, type Tracer, trace } from './trace.ts';
