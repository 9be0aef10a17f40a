import { tf } from '@raremask/tfjs';

/** What tf.stridedSlice is called with. */
export interface Strided {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** The bounds of a strided slice, one of each an axis of the tensor, and the shape of the result. */
export function boundsOf(
  shape: number[],
  call: Strided,
): ReturnType<typeof tf.slice_util.sliceInfo> {
  return tf.slice_util.sliceInfo(
    shape,
    call.begin,
    call.end,
    call.strides,
    call.beginMask,
    call.endMask,
    call.ellipsisMask,
    call.newAxisMask,
    call.shrinkAxisMask,
  );
}

/** The same elements by a slice that has every axis of the tensor, and no other; and the shape they are to have. */
export function ofOwnRank(
  shape: number[],
  call: Strided,
): { readonly attributes: Strided; readonly finalShape: number[] } {
  const { begin, end, strides, finalShape } = boundsOf(shape, call);
  // Backwards to the first element, an end before it would be counted from behind.
  const toTheFirst = end.map((bound, axis) => (strides[axis]! < 0 && bound < 0 ? 2 ** axis : 0));
  const attributes = {
    begin,
    end,
    strides,
    beginMask: 0,
    endMask: toTheFirst.reduce((mask, bit) => mask + bit, 0),
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  };
  return { attributes, finalShape };
}
