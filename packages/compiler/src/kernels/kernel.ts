import type { Attributes, ElementType, Value } from '../graph.ts';
import type { Layout } from '../layout.ts';

/** Shape and element type of a result. */
interface Result {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/**
 * All that the compiler knows of one tfjs kernel: what it makes (recording) and how that is said in
 * ONNX (lowering). A new kernel is one entry in one of the tables of this folder.
 */
export interface Kernel {
  /** The kernel's inputs in tfjs, in order; `list` where it takes any number of tensors. */
  readonly inputs: readonly string[] | 'list';
  /**
   * Inputs that may be missing, behind the others. The attributes of such kernels have `given`, the
   * names of the inputs that are there.
   */
  readonly optional?: readonly string[];
  /**
   * Shapes and types of the results.
   *
   * @throws Unsupported where the attributes ask for something that cannot be lowered
   */
  results(inputs: readonly Value[], attributes: Attributes): Result | readonly Result[];
  /** Writes the ONNX operators, and says where the results are. */
  lower(call: LowerCall): Lowered | readonly Lowered[];
  /**
   * Element-wise kernels have no say in shapes but by broadcasting: passes may move broadcasts across
   * them, and layouts go through them.
   */
  readonly elementwise?: true;
}

/** A tensor of the ONNX graph that holds a value. */
export interface Lowered {
  readonly name: string;
  /** Rows first where it is left out. */
  readonly layout?: Layout;
}

type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** What a kernel's lowering works with. */
export interface LowerCall {
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** True where the graph shall be readable by any ONNX runtime: standard operators only. */
  readonly portable: boolean;
  /** Whether the provider has FusedMatMul, a product of matrices that may be given transposed. */
  readonly fusedProducts: boolean;
  /** Whether ConvTranspose works in three dimensions. */
  readonly deepTransposed: boolean;
  /** Whether MaxPool says where its maxima are. */
  readonly poolingPlaces: boolean;
  /** Channels in a block of the runtime's blocked layout, where the provider has one. */
  readonly block: number | undefined;
  /** Whether minimal filtering pays on the provider, given channels enough. */
  readonly minimal: boolean;
  /** Whether shifted copies of an image are made faster by a convolution than by paddings. */
  readonly stackedShifts: boolean;
  /** The layout in which an input lies already; constants follow any. */
  layout(index: number): Layout;
  /** The ONNX tensor of an input, brought into a layout; rows first where none is named. */
  take(index: number, layout?: Layout): string;
  /** An input of an element-wise operator, in a form that spreads over results of this layout. */
  spread(index: number, layout: Layout): string;
  /** Adds an operator with one result and gives the result's name. */
  emit(operator: string, inputs: readonly string[], attributes?: OnnxAttributes): string;
  emitSeveral(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
    count: number,
  ): string[];
  /** An ONNX constant of type int64: shapes, axes, paddings. */
  ints(numbers: readonly number[]): string;
  /** A constant of type float32. */
  numbers(values: Float32Array, shape: readonly number[]): string;
  /** What several kernels make of one value, made once: `key` says what. */
  once(index: number, key: string, make: () => string): string;
  /** A scalar constant. */
  number(value: number, type?: ElementType): string;
}

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

export type Kernels = Readonly<Record<string, Kernel>>;

/** What a kernel cannot be asked for here; the caller knows which kernel it is. */
export class Unsupported extends Error {}

/** The operators of onnxruntime itself, beyond the standard. */
export const RUNTIME_DOMAIN = 'com.microsoft';

/** Tensors of ONNX element types, by number. */
export const ONNX_TYPES = { float32: 1, int32: 6, bool: 9, int64: 7, float16: 10 } as const;
