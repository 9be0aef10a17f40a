/** What a value's elements are. tfjs has more types; a training step needs these. */
export type ElementType = 'float32' | 'int32' | 'bool';

export type Elements = Float32Array | Int32Array | Uint8Array;

/** A tensor of the graph: an input, a constant, or the result of a node. */
export interface Value {
  readonly shape: readonly number[];
  readonly type: ElementType;
  /**
   * Elements of a constant, row by row. One element stands for all of them: such a constant has a
   * size of its shape, and needs no memory for it.
   */
  readonly constant?: Elements;
  /** Which plugin made it; undefined where it was none. */
  readonly place?: string | undefined;
}

/** Attributes of a tfjs kernel, as tfjs hands them over. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One tfjs kernel applied to values. */
export interface Node {
  readonly kernel: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
}

/** Nodes stand in an order in which they can be computed. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** A constant of which every element is the same. */
export function filled(shape: readonly number[], type: ElementType, element: number): Value {
  return { shape, type, constant: elementsOf(type, [element]) };
}

export function elementsOf(type: ElementType, numbers: ArrayLike<number>): Elements {
  if (type === 'float32') return Float32Array.from(numbers);
  return type === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}

/** So many zeros. */
export function zerosOf(type: ElementType, length: number): Elements {
  if (type === 'float32') return new Float32Array(length);
  return type === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}

/** The one element that a constant consists of, if it does. */
export function splat(value: Value): number | undefined {
  return value.constant?.length === 1 ? value.constant[0] : undefined;
}

/** All elements of a constant, those of a splat written out. */
export function written(value: Value): Elements {
  const { constant, shape, type } = value;
  const size = sizeOf(shape);
  if (constant!.length === size) return constant!;
  return elementsOf(type, new Float64Array(size).fill(constant![0]!));
}

/** Shape of an element-wise result. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return extents.find((extent) => extent !== 1) ?? 1;
  });
}
