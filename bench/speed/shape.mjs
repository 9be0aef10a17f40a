/**
 * A shape as the command line names it: batch, extents with an x between them, filters of the first level, poolings
 * (4 unless named) and encoder (own unless named).
 */
export function shapeOf(text) {
  const [batch, size, filters, depth = '4', encoder = 'own'] = text.split(',');
  const shape = {
    batch: Number(batch),
    size: String(size).split('x').map(Number),
    filters: Number(filters),
    depth: Number(depth),
    encoder,
  };
  const numbers = [shape.batch, ...shape.size, shape.filters, shape.depth];
  if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error(
      `--shapes: "${text}" is no shape. Expected: batch, extents, filters and poolings, for example 4,128x128,16,4`,
    );
  }
  return shape;
}

/** Floating-point operations of the convolutions of one forward pass: a product and a sum for each tap. */
export function operationsOf({ batch, size, filters, depth }) {
  const width = (level) => filters * 2 ** level;
  const pixels = (level) =>
    size.reduce((product, extent) => (product * extent) / 2 ** level, batch);
  const taps = 3 ** size.length;
  let products = pixels(0) * filters * 2;
  for (let level = 0; level <= depth; level++) {
    const from = level === 0 ? 1 : width(level - 1);
    products += pixels(level) * taps * width(level) * (from + width(level));
    if (level === depth) continue;
    products += pixels(level) * taps * width(level) * (2 * width(level) + width(level));
    products += pixels(level) * width(level + 1) * width(level);
  }
  return 2 * products;
}
