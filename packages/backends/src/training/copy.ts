import { tf } from '@raremask/tfjs';
import { compute, pointer, type WasmBackend, type WasmCall } from './memory.ts';

/** Bytes of all that lies before, at and behind an axis. */
function around(
  tensor: tf.TensorInfo,
  axis: number,
): { rows: number; step: number; inner: number } {
  const inner =
    tf.util.sizeFromShape(tensor.shape.slice(axis + 1)) * tf.util.bytesPerElement(tensor.dtype);
  return {
    rows: tf.util.sizeFromShape(tensor.shape.slice(0, axis)),
    step: tensor.shape[axis]! * inner,
    inner,
  };
}

/** The positions from begin to begin + size of one axis. */
function section(
  backend: WasmBackend,
  x: tf.TensorInfo,
  axis: number,
  begin: number,
  size: number,
): tf.TensorInfo {
  const { rows, step, inner } = around(x, axis);
  const out = backend.makeOutput(x.shape.with(axis, size), x.dtype);
  const from = pointer(backend, x) + begin * inner;
  compute('copyRows')(from, pointer(backend, out), rows, size * inner, step, size * inner);
  return out;
}

/** A tensor of the same numbers in the same memory; tfjs's own copies them. */
export function identity(stockKernel: tf.KernelFunc) {
  return (call: WasmCall<{ readonly x: tf.TensorInfo }, object>): tf.TensorInfo => {
    const { backend, inputs } = call;
    const { dataId, shape, dtype } = inputs.x;
    if (dtype === 'string')
      return stockKernel(call as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  };
}

/** Parts of a tensor along one axis. */
export function split(stockKernel: tf.KernelFunc) {
  return (
    call: WasmCall<
      { readonly x: tf.TensorInfo },
      { readonly numOrSizeSplits: number[] | number; readonly axis: number }
    >,
  ): tf.TensorInfo[] => {
    const { backend, inputs, attrs } = call;
    const { x } = inputs;
    if (x.dtype === 'string') {
      return stockKernel(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo[];
    }
    const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits, axis);
    let begin = 0;
    return sizes.map((size) => {
      const part = section(backend, x, axis, begin, size);
      begin += size;
      return part;
    });
  };
}

/** A block of a tensor; ours where it is narrower than the tensor along one axis alone. */
export function slice(stockKernel: tf.KernelFunc) {
  return (
    call: WasmCall<
      { readonly x: tf.TensorInfo },
      { readonly begin: number | number[]; readonly size: number | number[] }
    >,
  ): tf.TensorInfo => {
    const { backend, inputs, attrs } = call;
    const { x } = inputs;
    const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size);
    const narrowed = x.shape.flatMap((extent, axis) => (size![axis] === extent ? [] : [axis]));
    const inside = narrowed.every((axis) => begin![axis]! + size![axis]! <= x.shape[axis]!);
    if (narrowed.length !== 1 || !inside || x.dtype === 'string') {
      return stockKernel(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const axis = narrowed[0]!;
    return section(backend, x, axis, begin![axis]!, size![axis]!);
  };
}

/** Tensors one behind the other along an axis. */
export function concat(stockKernel: tf.KernelFunc) {
  return (call: WasmCall<readonly tf.TensorInfo[], { readonly axis: number }>): tf.TensorInfo => {
    const { backend, inputs, attrs } = call;
    const parts = inputs.filter(({ shape }) => tf.util.sizeFromShape(shape) > 0);
    const first = parts[0];
    if (first === undefined || parts.length === 1 || first.dtype === 'string') {
      return stockKernel(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const axis = tf.util.parseAxisParam(attrs.axis, first.shape)[0]!;
    const shapes = parts.map(({ shape }) => shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const out = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), first.dtype);
    const whole = around(out, axis).step;
    let to = pointer(backend, out);
    for (const part of parts) {
      const { rows, step } = around(part, axis);
      compute('copyRows')(pointer(backend, part), to, rows, step, step, whole);
      to += step;
    }
    return out;
  };
}
