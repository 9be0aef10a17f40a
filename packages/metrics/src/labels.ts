/** The label of a pixel that is not scored. */
export const IGNORE = 255;

/**
 * How labels lie in memory; the facts of a data set say it. Exclusive classes: one class index a pixel,
 * 0 = background. Overlapping classes: 0 or 1 for each class, channels last, without a background.
 * IGNORE marks what nobody has judged.
 */
export interface LabelShape {
  readonly overlapping: boolean;
  readonly classes: { readonly length: number };
}

/** Labels of one pixel. */
export function labelDepth({ overlapping, classes }: LabelShape): number {
  return overlapping ? classes.length : 1;
}

/** Where one class lies: pixel p has it where the label at `first + p * stride` is `present`. */
export interface ClassPlane {
  readonly first: number;
  readonly stride: number;
  readonly present: number;
}

export function classPlane(index: number, { overlapping, classes }: LabelShape): ClassPlane {
  return overlapping
    ? { first: index, stride: classes.length, present: 1 }
    : { first: 0, stride: 1, present: index };
}

/** 1 at the pixels of one class, of overlapping ones also where another class is not judged. */
export function classMask(labels: Uint8Array, index: number, shape: LabelShape): Uint8Array {
  const { first, stride, present } = classPlane(index, shape);
  const mask = new Uint8Array(labels.length / stride);
  for (let pixel = 0, at = first; pixel < mask.length; pixel++, at += stride) {
    if (labels[at] === present) mask[pixel] = 1;
  }
  return mask;
}

/** 1 at the pixels of one class that are judged. */
export function judgedMask(labels: Uint8Array, index: number, shape: LabelShape): Uint8Array {
  const mask = classMask(labels, index, shape);
  const depth = labelDepth(shape);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 1 && isIgnored(labels, pixel * depth, depth)) mask[pixel] = 0;
  }
  return mask;
}

/** 1 at the judged pixels of any foreground class. */
export function foregroundMask(labels: Uint8Array, shape: LabelShape): Uint8Array {
  const mask = new Uint8Array(labels.length / labelDepth(shape));
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (isForeground(labels, pixel, shape)) mask[pixel] = 1;
  }
  return mask;
}

/**
 * Overlapping classes: a pixel counts only where every class has been judged.
 *
 * @param first index of the pixel's first label
 * @param depth labels of one pixel
 */
export function isIgnored(labels: Uint8Array, first: number, depth: number): boolean {
  for (let index = 0; index < depth; index++) if (labels[first + index] === IGNORE) return true;
  return false;
}

/** True where a pixel is judged and has a class that is not background. */
export function isForeground(
  labels: Uint8Array,
  pixel: number,
  { overlapping, classes: { length: depth } }: LabelShape,
): boolean {
  if (!overlapping) return labels[pixel] !== 0 && labels[pixel] !== IGNORE;
  const first = pixel * depth;
  if (isIgnored(labels, first, depth)) return false;
  for (let index = 0; index < depth; index++) if (labels[first + index] === 1) return true;
  return false;
}

/** True where an image has foreground anywhere, of overlapping classes judged in full or not. */
export function anyForeground(labels: Uint8Array, { overlapping }: LabelShape): boolean {
  if (overlapping) return labels.includes(1);
  for (let at = 0; at < labels.length; at++) {
    if (labels[at] !== 0 && labels[at] !== IGNORE) return true;
  }
  return false;
}
