import { tf } from '@raremask/tfjs';
import { borrowed } from './borrowed.ts';
import { compute, pointer, type WasmCall } from './memory.ts';

/** Sums of rows by their segment's number; the gradient of gather. */
export function unsortedSegmentSum(
  call: WasmCall<{ x: tf.TensorInfo; segmentIds: tf.TensorInfo }, { numSegments: number }>,
): tf.TensorInfo {
  const { backend, inputs, attrs } = call;
  const { x, segmentIds } = inputs;
  if (x.dtype !== 'float32' || segmentIds.shape.length !== 1) {
    return borrowed(tf.UnsortedSegmentSum)(call);
  }
  const rowShape = x.shape.slice(1);
  const out = backend.makeOutput([attrs.numSegments, ...rowShape], 'float32');
  compute('segmentSum')(
    pointer(backend, x),
    pointer(backend, segmentIds),
    pointer(backend, out),
    x.shape[0]!,
    tf.util.sizeFromShape(rowShape),
    attrs.numSegments,
  );
  return out;
}
