/**
 * Adds rows up by their number; a row whose number is negative or too large is left out.
 *
 * @param x [rows, width]
 * @param segments [rows], int32
 * @param sums [count, width], written
 */
export function segmentSum(
  x: usize,
  segments: usize,
  sums: usize,
  rows: i32,
  width: i32,
  count: i32,
): void {
  memory.fill(sums, 0, (<usize>count * <usize>width) << 2);
  for (let row = 0; row < rows; row++) {
    const segment = load<i32>(segments + ((<usize>row) << 2));
    if (segment < 0 || segment >= count) continue;
    const target = sums + ((<usize>segment * <usize>width) << 2);
    const source = x + ((<usize>row * <usize>width) << 2);
    for (let index: usize = 0; index < (<usize>width) << 2; index += 4) {
      store<f32>(target + index, load<f32>(target + index) + load<f32>(source + index));
    }
  }
}
