import { tf } from '@raremask/tfjs';
import {
  keptFromBefore,
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
import { atAnotherTime } from './otherTime.ts';
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
  /** Whether it used tensors of constants that it has kept from an earlier call. */
  readonly keeps: boolean;
}

const BACKEND = 'raremask-compiler';

/** The values of tensors are the data ids under which tfjs keeps them. */
class Recorder extends tf.KernelBackend {
  nodes: Node[] = [];
  constants: Value[] = [];
  place: string | undefined;
  isTracing = false;
  keeps = false;
  /** Values of the trace that is running. */
  #own = new WeakSet<Value>();
  /** What has made a value, in whichever trace. */
  readonly #origins = new WeakMap<Value, Node>();
  /** Values that were asked for, with their elements; null where they hang on an input. */
  readonly #computed = new WeakMap<Value, Value | null>();

  begin(): void {
    this.nodes = [];
    this.constants = [];
    this.place = undefined;
    this.isTracing = true;
    this.keeps = false;
    this.#own = new WeakSet();
  }

  end(): void {
    this.nodes = [];
    this.constants = [];
    this.isTracing = false;
  }

  /** A value of this trace from now on. */
  own(value: Value): Value {
    this.#own.add(value);
    return value;
  }

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
    return this.own(value);
  }

  /** The value with its elements, where they follow from constants alone. */
  #known(value: Value): Value | undefined {
    if (value.constant !== undefined) return value;
    const before = this.#computed.get(value);
    if (before !== undefined) return before ?? undefined;
    const node = this.#origins.get(value);
    const inputs = node?.inputs.map((input) => this.#known(input));
    const known = inputs?.every((input) => input !== undefined);
    const { kernel, attributes, outputs } = node ?? {};
    const found = known
      ? evaluate(kernel!, inputs!, attributes!, outputs!)[outputs!.indexOf(value)]!
      : null;
    this.#computed.set(value, found);
    return found ?? undefined;
  }

  /** Takes over what the function has kept of an earlier trace, where that does not hang on its input. */
  #adopt(value: Value): void {
    if (this.#own.has(value)) return;
    this.keeps = true;
    if (value.constant === undefined) {
      const node = this.#origins.get(value);
      if (node === undefined) throw keptFromBefore(this.place ?? value.place);
      for (const input of node.inputs) this.#adopt(input);
      this.nodes.push(node);
      for (const output of node.outputs) this.own(output);
    }
    this.own(value);
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
    const known = this.#known(value);
    if (known) return written(known);
    if (this.isTracing) throw readsValues(this.place ?? value.place);
    // Of a batch that was never computed: a plugin has kept it, which was said when it was traced again.
    return written(filled(value.shape, value.type, 0));
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
    this.#adopt(id);
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
      return outputs.map(({ shape, type, place }) =>
        this.own({ ...filled(shape, type, element), place }),
      );
    }
    if (inputs.length === 0) {
      return evaluate(kernel, inputs, attributes, outputs).map((value) => this.own(value));
    }
    this.nodes.push(node);
    for (const output of outputs) {
      this.#origins.set(output, node);
      this.own(output);
    }
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
 * @param time another number: at another time, and with other random numbers
 * @throws NotTraceable where the function does what a graph cannot hold
 */
export async function trace(
  inputs: readonly InputSpec[],
  run: (tensors: tf.Tensor[], tracer: Tracer) => readonly tf.Tensor[],
  time = 0,
): Promise<Trace> {
  const own = registered();
  await tf.ready();
  const before = tf.engine().backendName;
  await tf.setBackend(BACKEND);
  own.begin();
  const asked: InputSpec[] = [];
  const values: Value[] = [];
  const placeholder = ({ shape, type }: InputSpec): tf.Tensor => {
    const value = own.own({ shape: [...shape], type });
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
    const made = atAnotherTime(time, () => run(inputs.map(placeholder), tracer));
    const outputs = made.map((tensor) => own.valueBehind(tensor));
    const graph = { inputs: values, nodes: own.nodes, outputs };
    return { graph, asked, constants: own.constants, keeps: own.keeps };
  } catch (error) {
    disposeTape();
    throw innermost(error);
  } finally {
    own.end();
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
