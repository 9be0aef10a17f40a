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
export { lower } from './lower.ts';
export { encode, initializersOf } from './onnx/encode.ts';
export { generalize, NotGeneral } from './onnx/generalize.ts';
export type { OnnxModel } from './onnx/model.ts';
export { type CompilerProbe, probeCompiler } from './probe.ts';
export {
  loadRuntime,
  type Runtime,
  type RuntimeLack,
  type RuntimeOutcome,
  runtimeLack,
} from './runtime.ts';
export { type InputSpec, type Tracer, trace } from './trace.ts';
