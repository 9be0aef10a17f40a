/** Rows that are summed in registers before they join the sum in memory; this keeps rounding small. */
const CHUNK: i32 = 128;

/**
 * Sums along the middle axis, times a scale.
 *
 * @param x [outer, middle, inner]
 * @param sums [outer, inner], written
 */
export function sumMiddle(
  x: usize,
  sums: usize,
  outer: i32,
  middle: i32,
  inner: i32,
  scale: f32,
): void {
  if (inner === 1) {
    for (let row = 0; row < outer; row++) {
      store<f32>(sums + ((<usize>row) << 2), <f32>(sumLine(x, middle) * <f64>scale));
      x += (<usize>middle) << 2;
    }
    return;
  }
  const row = (<usize>inner) << 2;
  const factor = f32x4.splat(scale);
  for (let index = 0; index < outer; index++) {
    memory.fill(sums, 0, row);
    for (let first = 0; first < middle; first += CHUNK) {
      addRows(x + <usize>first * row, sums, min(CHUNK, middle - first), row);
    }
    let at: usize = 0;
    for (; at + 16 <= row; at += 16) {
      v128.store(sums + at, f32x4.mul(v128.load(sums + at), factor));
    }
    for (; at < row; at += 4) store<f32>(sums + at, load<f32>(sums + at) * scale);
    x += <usize>middle * row;
    sums += row;
  }
}

function addRows(x: usize, sums: usize, rows: i32, row: usize): void {
  const end = x + <usize>rows * row;
  let at: usize = 0;
  for (; at + 64 <= row; at += 64) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let from = x + at; from < end; from += row) {
      a = f32x4.add(a, v128.load(from));
      b = f32x4.add(b, v128.load(from, 16));
      c = f32x4.add(c, v128.load(from, 32));
      d = f32x4.add(d, v128.load(from, 48));
    }
    const to = sums + at;
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), d), 48);
  }
  for (; at + 16 <= row; at += 16) {
    let a = f32x4.splat(0);
    for (let from = x + at; from < end; from += row) a = f32x4.add(a, v128.load(from));
    v128.store(sums + at, f32x4.add(v128.load(sums + at), a));
  }
  for (; at < row; at += 4) {
    let a: f32 = 0;
    for (let from = x + at; from < end; from += row) a += load<f32>(from);
    store<f32>(sums + at, load<f32>(sums + at) + a);
  }
}

function sumLine(x: usize, count: i32): f64 {
  let total: f64 = 0;
  let at: i32 = 0;
  while (at + 16 <= count) {
    const end = min(count & ~15, at + (CHUNK << 4));
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (; at < end; at += 16) {
      const from = x + ((<usize>at) << 2);
      a = f32x4.add(a, v128.load(from));
      b = f32x4.add(b, v128.load(from, 16));
      c = f32x4.add(c, v128.load(from, 32));
      d = f32x4.add(d, v128.load(from, 48));
    }
    const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    total +=
      <f64>f32x4.extract_lane(sum, 0) +
      <f64>f32x4.extract_lane(sum, 1) +
      <f64>f32x4.extract_lane(sum, 2) +
      <f64>f32x4.extract_lane(sum, 3);
  }
  for (; at < count; at++) total += <f64>load<f32>(x + ((<usize>at) << 2));
  return total;
}
