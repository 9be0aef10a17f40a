import * as tf from '@tensorflow/tfjs';
import {
  NotTraceable,
  readsValues,
  unknownKernel,
  unsupportedKernel,
  unsupportedType,
} from './errors.ts';
import {
  type Attributes,
  type Elements,
  type ElementType,
  elementsOf,
  filled,
  type Graph,
  type Node,
  type Value,
  written,
} from './graph.ts';
import { kernels } from './kernels/index.ts';
import { type Kernel, Unsupported } from './kernels/kernel.ts';
import { evaluate } from './passes/constants.ts';

/** Shape and type of an input of the traced function. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** What a traced function can do beside calling tfjs. */
export interface Tracer {
  /** One more input of the graph, made while tracing; behind those that were given. */
  input(spec: InputSpec): tf.Tensor;
  /** Says who calls tfjs while `run` runs; errors name the innermost. */
  at<T>(place: string, run: () => T): T;
}

/** What came of tracing. */
export interface Trace {
  readonly graph: Graph;
  /** Inputs that the function asked the tracer for, in order. */
  readonly asked: readonly InputSpec[];
  /** Tensors that the function made of numbers, in order. */
  readonly constants: readonly Value[];
}

const BACKEND = 'raremask-compiler';

/** The values of tensors are the data ids under which tfjs keeps them. */
class Recorder extends tf.KernelBackend {
  nodes: Node[] = [];
  constants: Value[] = [];
  place: string | undefined;

  override write(values: tf.BackendValues | null, shape: number[], dtype: tf.DataType): object {
    const type = elementType(dtype, this.place);
    if (values === null) throw readsValues(this.place);
    return this.#constant(shape, type, elementsOf(type, values as ArrayLike<number>));
  }

  /** Of equal elements one is kept, so that passes see what it is. */
  #constant(shape: readonly number[], type: ElementType, elements: Elements): Value {
    const alike = elements.length > 1 && elements.every((other) => Object.is(other, elements[0]));
    const constant = alike ? elements.slice(0, 1) : elements;
    const value = { shape, type, constant, place: this.place };
    this.constants.push(value);
    return value;
  }

  override move(): void {}
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override disposeData(): boolean {
    return true;
  }
  override dispose(): void {}
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override timerAvailable(): boolean {
    return false;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override readSync(id: object): tf.BackendValues {
    const value = id as Value;
    if (value.constant === undefined) throw readsValues(this.place ?? value.place);
    return written(value);
  }
  override async read(id: object): Promise<tf.BackendValues> {
    return this.readSync(id);
  }

  /** The value of a tensor; those of other backends are read, and become constants. */
  valueBehind(tensor: tf.TensorInfo): Value {
    const id = tensor.dataId as unknown as Value;
    const type = elementType(tensor.dtype, this.place);
    if (!isValue(id)) {
      const values = tf.engine().readSync(tensor.dataId) as ArrayLike<number>;
      return this.#constant(tensor.shape, type, elementsOf(type, values));
    }
    return id;
  }

  note(
    name: string,
    kernel: Kernel,
    call: { inputs: tf.NamedTensorInfoMap; attrs?: Attributes },
  ): tf.TensorInfo | tf.TensorInfo[] {
    const named = call.inputs as Record<string, tf.TensorInfo | undefined>;
    const optional = (kernel.optional ?? []).filter((input) => named[input]);
    const given = kernel.inputs === 'list' ? Object.keys(named) : [...kernel.inputs, ...optional];
    const attributes = kernel.optional ? { ...call.attrs, given } : (call.attrs ?? {});
    const tensors = given.map((input) => named[input]!);
    const inputs = tensors.map((tensor) => this.valueBehind(tensor));
    const place = this.place ?? inputs.find((input) => input.place !== undefined)?.place;
    try {
      const results = kernel.results(inputs, attributes);
      const list = (Array.isArray(results) ? results : [results]) as readonly InputSpec[];
      const outputs = list.map(({ shape, type }): Value => ({ shape: [...shape], type, place }));
      const infos = this.#made({ kernel: name, inputs, attributes, outputs }).map(infoOf);
      return Array.isArray(results) ? infos : infos[0]!;
    } catch (error) {
      if (error instanceof Unsupported) throw unsupportedKernel(name, error.message, place);
      throw error;
    }
  }

  /** A node's results; where it has no operands it is done at once. */
  #made(node: Node): readonly Value[] {
    const { kernel, inputs, attributes, outputs } = node;
    const element = constantResult(kernel, attributes);
    if (element !== undefined) {
      return outputs.map(({ shape, type, place }) => ({ ...filled(shape, type, element), place }));
    }
    if (inputs.length === 0) return evaluate(kernel, inputs, attributes, outputs);
    this.nodes.push(node);
    return outputs;
  }
}

function isValue(id: Partial<Value>): boolean {
  return Array.isArray(id.shape) && typeof id.type === 'string';
}

/** The element that a kernel without operands fills its result with. */
function constantResult(name: string, attributes: Attributes): number | undefined {
  if (name === 'ZerosLike') return 0;
  if (name === 'OnesLike') return 1;
  return name === 'Fill' ? Number(attributes['value']) : undefined;
}

function infoOf(value: Value): tf.TensorInfo {
  return { dataId: value as unknown as tf.DataId, shape: [...value.shape], dtype: value.type };
}

function elementType(dtype: tf.DataType, place: string | undefined): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw unsupportedType(dtype, place);
}

let recorder: Recorder | undefined;

function registered(): Recorder {
  if (recorder) return recorder;
  const made = new Recorder();
  tf.registerBackend(BACKEND, () => made, 0);
  const known = new Set([
    ...Object.keys(kernels),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of known) {
    const kernel = kernels[kernelName];
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: (call) => {
        if (!kernel) {
          const places = Object.values(call.inputs as Record<string, tf.TensorInfo>)
            .map((input) => (input?.dataId as unknown as Value | undefined)?.place)
            .filter((place) => place !== undefined);
          throw unknownKernel(kernelName, made.place ?? places[0]);
        }
        return made.note(kernelName, kernel, call as Parameters<Recorder['note']>[2]);
      },
    });
  }
  recorder = made;
  return made;
}

/**
 * Calls a function once with tensors that have shapes and no values, and writes down which kernels
 * it calls. The function must be synchronous; tfjs's backend is as before afterwards.
 *
 * @throws NotTraceable where the function does what a graph cannot hold
 */
export async function trace(
  inputs: readonly InputSpec[],
  run: (tensors: tf.Tensor[], tracer: Tracer) => readonly tf.Tensor[],
): Promise<Trace> {
  const own = registered();
  await tf.ready();
  const before = tf.engine().backendName;
  await tf.setBackend(BACKEND);
  own.nodes = [];
  own.constants = [];
  own.place = undefined;
  const asked: InputSpec[] = [];
  const values: Value[] = [];
  const placeholder = ({ shape, type }: InputSpec): tf.Tensor => {
    const value: Value = { shape: [...shape], type };
    values.push(value);
    return tf.engine().makeTensorFromTensorInfo(infoOf(value));
  };
  const tracer: Tracer = {
    input(spec) {
      asked.push(spec);
      return placeholder(spec);
    },
    at(place, call) {
      const outer = own.place;
      own.place = place;
      try {
        return call();
      } finally {
        own.place = outer;
      }
    },
  };
  tf.engine().startScope();
  try {
    const outputs = run(inputs.map(placeholder), tracer).map((tensor) => own.valueBehind(tensor));
    const graph = { inputs: values, nodes: own.nodes, outputs };
    return { graph, asked, constants: own.constants };
  } catch (error) {
    disposeTape();
    throw innermost(error);
  } finally {
    own.nodes = [];
    own.constants = [];
    tf.engine().endScope();
    await tf.setBackend(before);
  }
}

/** What a gradient has saved that was never finished. */
function disposeTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = null as never;
}

/** Plugins' wrappers put errors into errors; the one that says what cannot be traced counts. */
function innermost(error: unknown): unknown {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof NotTraceable) return inner;
  }
  return error;
}
