/** Label of pixels that are not judged. */
export const UNJUDGED = 255;

/**
 * One label a pixel, of classes that exclude each other or overlap: 0 for background, 255 for what is
 * not judged, and another number for each class, or each set of overlapping ones.
 */
export function anyForeground(labels: Uint8Array, pixels: number): Uint8Array {
  const classes = labels.length / pixels;
  if (classes === 1) return labels;
  return Uint8Array.from({ length: pixels }, (_, pixel) => {
    const own = labels.subarray(pixel * classes, (pixel + 1) * classes);
    let set = 0;
    for (const [index, label] of own.entries()) {
      if (label !== 0 && label !== UNJUDGED) set |= 1 << Math.min(index, 6);
    }
    return set === 0 && own.includes(UNJUDGED) ? UNJUDGED : set;
  });
}
