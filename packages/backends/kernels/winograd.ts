// Convolutions of 3x3 pixels at stride 1 by Winograd's minimal filtering (Winograd 1980; Lavin and
// Gray 2016): tiles of 4x4 input pixels give 2x2 output pixels with 16 products per pair of channels
// instead of 36, and likewise the gradient of the filter.
//
// An image is cut into tiles, numbered through the batch row by row. A block of tiles is transformed
// to 16 planes [tiles, channels]; in each plane a matrix product joins the channels.
import { tapGradient } from './filterGradient';

/** Bytes that the transformed planes of a block of tiles may span, unless that is too few tiles. */
const BLOCK_BYTES: i32 = 393216;
const FEWEST_TILES: i32 = 64;

/**
 * Bytes from one of the 16 planes to the next: an odd number of cache lines, since planes that lie a
 * power of two apart push each other out of the cache. Rows times columns is a multiple of 16.
 */
function planeBytes(rows: i32, columns: i32): usize {
  return (<usize>(((rows * columns) >> 4) | 1)) << 6;
}

/** Numbers that 16 planes of scratch memory hold. */
export function winogradPlanes(rows: i32, columns: i32): i32 {
  return (<i32>planeBytes(rows, columns)) << 2;
}

/** Tiles in a block, a multiple of 4. */
export function winogradBlock(
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  inChannels: i32,
  outChannels: i32,
): i32 {
  const tiles = batch * ((outHeight + 1) >> 1) * ((outWidth + 1) >> 1);
  const fitting = BLOCK_BYTES / ((inChannels + outChannels) << 6);
  return (min(tiles, max(FEWEST_TILES, fitting)) + 3) & ~3;
}

/**
 * @param x [batch, inHeight, inWidth, inChannels]
 * @param filter [3, 3, inChannels, outChannels]
 * @param y [batch, outHeight, outWidth, outChannels], written
 * @param weights scratch of winogradPlanes(inChannels, outChannels) numbers
 * @param inputs scratch of winogradPlanes(block, inChannels) numbers
 * @param products scratch of winogradPlanes(block, outChannels) numbers
 * @param patch scratch of [16, max(inChannels, outChannels)]
 * @param block winogradBlock of these sizes
 * @param inChannels a multiple of 4
 * @param outChannels a multiple of 8
 */
export function winogradForward(
  x: usize,
  filter: usize,
  y: usize,
  weights: usize,
  inputs: usize,
  products: usize,
  patch: usize,
  block: i32,
  batch: i32,
  inChannels: i32,
  outChannels: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const weightPlane = planeBytes(inChannels, outChannels);
  transformFilter(filter, weights, weightPlane, inChannels, outChannels);
  const tileRows = (outHeight + 1) >> 1;
  const tileColumns = (outWidth + 1) >> 1;
  const tiles = batch * tileRows * tileColumns;
  const inputPlane = planeBytes(block, inChannels);
  const productPlane = planeBytes(block, outChannels);
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    transformInputs(
      x,
      inputs,
      patch,
      first,
      count,
      inputPlane,
      inChannels,
      inHeight,
      inWidth,
      tileRows,
      tileColumns,
      padTop,
      padLeft,
    );
    for (let plane: usize = 0; plane < 16; plane++) {
      multiply(
        inputs + plane * inputPlane,
        weights + plane * weightPlane,
        products + plane * productPlane,
        (count + 3) >> 2,
        inChannels,
        outChannels,
      );
    }
    for (let tile = 0; tile < count; tile++) {
      const index = first + tile;
      const column = (index % tileColumns) << 1;
      const row = ((index / tileColumns) % tileRows) << 1;
      const image = index / (tileColumns * tileRows);
      transformProduct(
        products + ((<usize>(tile * outChannels)) << 2),
        productPlane,
        y + ((<usize>(((image * outHeight + row) * outWidth + column) * outChannels)) << 2),
        (<usize>(outWidth * outChannels)) << 2,
        outChannels,
        row + 1 < outHeight,
        column + 1 < outWidth,
      );
    }
  }
}

/**
 * @param x [batch, inHeight, inWidth, inChannels]
 * @param dy [batch, outHeight, outWidth, outChannels]
 * @param dw [3, 3, inChannels, outChannels], written
 * @param sums scratch of winogradPlanes(inChannels, outChannels) numbers
 * @param inputs scratch of winogradPlanes(block, inChannels) numbers
 * @param slopes scratch of winogradPlanes(block, outChannels) numbers
 * @param patch scratch of [16, max(inChannels, outChannels)]
 * @param block winogradBlock of these sizes
 * @param inChannels a multiple of 4
 * @param outChannels a multiple of 8
 */
export function winogradFilterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  sums: usize,
  inputs: usize,
  slopes: usize,
  patch: usize,
  block: i32,
  batch: i32,
  inChannels: i32,
  outChannels: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const tileRows = (outHeight + 1) >> 1;
  const tileColumns = (outWidth + 1) >> 1;
  const tiles = batch * tileRows * tileColumns;
  const inputPlane = planeBytes(block, inChannels);
  const slopePlane = planeBytes(block, outChannels);
  const sumPlane = planeBytes(inChannels, outChannels);
  memory.fill(sums, 0, sumPlane << 4);
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    transformInputs(
      x,
      inputs,
      patch,
      first,
      count,
      inputPlane,
      inChannels,
      inHeight,
      inWidth,
      tileRows,
      tileColumns,
      padTop,
      padLeft,
    );
    for (let tile = 0; tile < count; tile++) {
      const index = first + tile;
      const column = (index % tileColumns) << 1;
      const row = ((index / tileColumns) % tileRows) << 1;
      const image = index / (tileColumns * tileRows);
      transformSlope(
        dy + ((<usize>(((image * outHeight + row) * outWidth + column) * outChannels)) << 2),
        (<usize>(outWidth * outChannels)) << 2,
        slopes + ((<usize>(tile * outChannels)) << 2),
        slopePlane,
        outChannels,
        row + 1 < outHeight,
        column + 1 < outWidth,
      );
    }
    for (let plane: usize = 0; plane < 16; plane++) {
      tapGradient(
        inputs + plane * inputPlane,
        slopes + plane * slopePlane,
        sums + plane * sumPlane,
        1,
        count,
        0,
        (<usize>inChannels) << 2,
        0,
        inChannels,
        outChannels,
      );
    }
  }
  transformSums(sums, sumPlane, dw, inChannels * outChannels);
}

/** Filter to 16 planes, in panels of 8 output channels: [outChannels / 8, inChannels, 8]. */
function transformFilter(
  filter: usize,
  weights: usize,
  plane: usize,
  inChannels: i32,
  outChannels: i32,
): void {
  const tap = (<usize>(inChannels * outChannels)) << 2;
  const half = f32x4.splat(0.5);
  for (let input = 0; input < inChannels; input++) {
    for (let output = 0; output < outChannels; output += 4) {
      const from = filter + ((<usize>(input * outChannels + output)) << 2);
      const panel = (output >> 3) * inChannels + input;
      const to = weights + ((<usize>((panel << 3) + (output & 7))) << 2);
      for (let row: usize = 0; row < 4; row++) {
        let left: v128;
        let middle: v128;
        let right: v128;
        if (row === 0 || row === 3) {
          const line = from + (row === 0 ? 0 : 6 * tap);
          left = v128.load(line);
          middle = v128.load(line + tap);
          right = v128.load(line + 2 * tap);
        } else {
          const outerLeft = f32x4.add(v128.load(from), v128.load(from + 6 * tap));
          const outerMiddle = f32x4.add(v128.load(from + tap), v128.load(from + 7 * tap));
          const outerRight = f32x4.add(v128.load(from + 2 * tap), v128.load(from + 8 * tap));
          const innerLeft = v128.load(from + 3 * tap);
          const innerMiddle = v128.load(from + 4 * tap);
          const innerRight = v128.load(from + 5 * tap);
          if (row === 1) {
            left = f32x4.mul(half, f32x4.add(outerLeft, innerLeft));
            middle = f32x4.mul(half, f32x4.add(outerMiddle, innerMiddle));
            right = f32x4.mul(half, f32x4.add(outerRight, innerRight));
          } else {
            left = f32x4.mul(half, f32x4.sub(outerLeft, innerLeft));
            middle = f32x4.mul(half, f32x4.sub(outerMiddle, innerMiddle));
            right = f32x4.mul(half, f32x4.sub(outerRight, innerRight));
          }
        }
        const outer = f32x4.add(left, right);
        const target = to + (row << 2) * plane;
        v128.store(target, left);
        v128.store(target + plane, f32x4.mul(half, f32x4.add(outer, middle)));
        v128.store(target + 2 * plane, f32x4.mul(half, f32x4.sub(outer, middle)));
        v128.store(target + 3 * plane, right);
      }
    }
  }
}

/** Tiles of the input to 16 planes [block, inChannels]; the last rows of four are filled up with zeros. */
function transformInputs(
  x: usize,
  inputs: usize,
  patch: usize,
  first: i32,
  count: i32,
  plane: usize,
  channels: i32,
  inHeight: i32,
  inWidth: i32,
  tileRows: i32,
  tileColumns: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const line = <usize>inWidth * pixel;
  for (let tile = 0; tile < count; tile++) {
    const index = first + tile;
    const column = ((index % tileColumns) << 1) - padLeft;
    const row = (((index / tileColumns) % tileRows) << 1) - padTop;
    const image = x + <usize>((index / (tileColumns * tileRows)) * inHeight) * line;
    const to = inputs + <usize>tile * pixel;
    if (row >= 0 && column >= 0 && row + 4 <= inHeight && column + 4 <= inWidth) {
      transformInput(image + <usize>row * line + <usize>column * pixel, line, to, plane, pixel);
      continue;
    }
    for (let place = 0; place < 16; place++) {
      const down = row + (place >> 2);
      const right = column + (place & 3);
      const target = patch + <usize>place * pixel;
      if (down < 0 || right < 0 || down >= inHeight || right >= inWidth) {
        memory.fill(target, 0, pixel);
      } else {
        memory.copy(target, image + <usize>down * line + <usize>right * pixel, pixel);
      }
    }
    transformInput(patch, pixel << 2, to, plane, pixel);
  }
  for (let tile = count; tile < ((count + 3) & ~3); tile++) {
    for (let place: usize = 0; place < 16; place++) {
      memory.fill(inputs + place * plane + <usize>tile * pixel, 0, pixel);
    }
  }
}

function transformInput(from: usize, line: usize, to: usize, plane: usize, pixel: usize): void {
  const second = pixel << 1;
  const third = second + pixel;
  for (let channel: usize = 0; channel < pixel; channel += 16) {
    const a = from + channel;
    const b = a + line;
    const c = b + line;
    const d = c + line;
    const target = to + channel;
    transformRow(
      f32x4.sub(v128.load(a), v128.load(c)),
      f32x4.sub(v128.load(a + pixel), v128.load(c + pixel)),
      f32x4.sub(v128.load(a + second), v128.load(c + second)),
      f32x4.sub(v128.load(a + third), v128.load(c + third)),
      target,
      plane,
    );
    transformRow(
      f32x4.add(v128.load(b), v128.load(c)),
      f32x4.add(v128.load(b + pixel), v128.load(c + pixel)),
      f32x4.add(v128.load(b + second), v128.load(c + second)),
      f32x4.add(v128.load(b + third), v128.load(c + third)),
      target + 4 * plane,
      plane,
    );
    transformRow(
      f32x4.sub(v128.load(c), v128.load(b)),
      f32x4.sub(v128.load(c + pixel), v128.load(b + pixel)),
      f32x4.sub(v128.load(c + second), v128.load(b + second)),
      f32x4.sub(v128.load(c + third), v128.load(b + third)),
      target + 8 * plane,
      plane,
    );
    transformRow(
      f32x4.sub(v128.load(b), v128.load(d)),
      f32x4.sub(v128.load(b + pixel), v128.load(d + pixel)),
      f32x4.sub(v128.load(b + second), v128.load(d + second)),
      f32x4.sub(v128.load(b + third), v128.load(d + third)),
      target + 12 * plane,
      plane,
    );
  }
}

function transformRow(a: v128, b: v128, c: v128, d: v128, to: usize, plane: usize): void {
  v128.store(to, f32x4.sub(a, c));
  v128.store(to + plane, f32x4.add(b, c));
  v128.store(to + 2 * plane, f32x4.sub(c, b));
  v128.store(to + 3 * plane, f32x4.sub(b, d));
}

/** [4 * groups, inChannels] x panels of [inChannels, 8] -> [4 * groups, outChannels]. */
function multiply(
  inputs: usize,
  weights: usize,
  products: usize,
  groups: i32,
  inChannels: i32,
  outChannels: i32,
): void {
  const depth = (<usize>inChannels) << 2;
  const width = (<usize>outChannels) << 2;
  for (let output: usize = 0; output < width; output += 32) {
    let v = inputs;
    let target = products + output;
    for (let group = 0; group < groups; group++) {
      let a0 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let a2 = f32x4.splat(0);
      let b2 = f32x4.splat(0);
      let a3 = f32x4.splat(0);
      let b3 = f32x4.splat(0);
      let u = weights;
      const end = v + depth;
      const v1 = depth;
      const v2 = depth << 1;
      const v3 = v2 + depth;
      while (v < end) {
        for (let step: usize = 0; step < 4; step++) {
          const low = v128.load(u);
          const high = v128.load(u, 16);
          const x0 = v128.load_splat<f32>(v);
          a0 = f32x4.add(a0, f32x4.mul(x0, low));
          b0 = f32x4.add(b0, f32x4.mul(x0, high));
          const x1 = v128.load_splat<f32>(v + v1);
          a1 = f32x4.add(a1, f32x4.mul(x1, low));
          b1 = f32x4.add(b1, f32x4.mul(x1, high));
          const x2 = v128.load_splat<f32>(v + v2);
          a2 = f32x4.add(a2, f32x4.mul(x2, low));
          b2 = f32x4.add(b2, f32x4.mul(x2, high));
          const x3 = v128.load_splat<f32>(v + v3);
          a3 = f32x4.add(a3, f32x4.mul(x3, low));
          b3 = f32x4.add(b3, f32x4.mul(x3, high));
          u += 32;
          v += 4;
        }
      }
      v128.store(target, a0);
      v128.store(target, b0, 16);
      target += width;
      v128.store(target, a1);
      v128.store(target, b1, 16);
      target += width;
      v128.store(target, a2);
      v128.store(target, b2, 16);
      target += width;
      v128.store(target, a3);
      v128.store(target, b3, 16);
      target += width;
      v += v3;
    }
    weights += depth << 3;
  }
}

/** 16 planes to 2x2 pixels, of which those beyond the image are left out. */
function transformProduct(
  from: usize,
  plane: usize,
  to: usize,
  line: usize,
  channels: i32,
  below: bool,
  beside: bool,
): void {
  const pixel = (<usize>channels) << 2;
  for (let channel: usize = 0; channel < pixel; channel += 16) {
    let source = from + channel;
    let m0 = v128.load(source);
    let m1 = v128.load(source + plane);
    let m2 = v128.load(source + 2 * plane);
    let m3 = v128.load(source + 3 * plane);
    source += 4 * plane;
    const n0 = v128.load(source);
    const n1 = v128.load(source + plane);
    const n2 = v128.load(source + 2 * plane);
    const n3 = v128.load(source + 3 * plane);
    source += 4 * plane;
    const o0 = v128.load(source);
    const o1 = v128.load(source + plane);
    const o2 = v128.load(source + 2 * plane);
    const o3 = v128.load(source + 3 * plane);
    source += 4 * plane;
    m0 = f32x4.add(f32x4.add(m0, n0), o0);
    m1 = f32x4.add(f32x4.add(m1, n1), o1);
    m2 = f32x4.add(f32x4.add(m2, n2), o2);
    m3 = f32x4.add(f32x4.add(m3, n3), o3);
    const target = to + channel;
    v128.store(target, f32x4.add(f32x4.add(m0, m1), m2));
    if (beside) v128.store(target + pixel, f32x4.sub(f32x4.sub(m1, m2), m3));
    if (!below) continue;
    m0 = f32x4.sub(f32x4.sub(n0, o0), v128.load(source));
    m1 = f32x4.sub(f32x4.sub(n1, o1), v128.load(source + plane));
    m2 = f32x4.sub(f32x4.sub(n2, o2), v128.load(source + 2 * plane));
    m3 = f32x4.sub(f32x4.sub(n3, o3), v128.load(source + 3 * plane));
    v128.store(target + line, f32x4.add(f32x4.add(m0, m1), m2));
    if (beside) v128.store(target + line + pixel, f32x4.sub(f32x4.sub(m1, m2), m3));
  }
}

/** 2x2 pixels of the output's gradient, zero beyond the image, to 16 planes. */
function transformSlope(
  from: usize,
  line: usize,
  to: usize,
  plane: usize,
  channels: i32,
  below: bool,
  beside: bool,
): void {
  const pixel = (<usize>channels) << 2;
  const zero = f32x4.splat(0);
  for (let channel: usize = 0; channel < pixel; channel += 16) {
    const source = from + channel;
    const target = to + channel;
    const a = v128.load(source);
    const b = beside ? v128.load(source + pixel) : zero;
    const c = below ? v128.load(source + line) : zero;
    const d = below && beside ? v128.load(source + line + pixel) : zero;
    slopeRow(a, b, target, plane);
    slopeRow(f32x4.add(a, c), f32x4.add(b, d), target + 4 * plane, plane);
    slopeRow(f32x4.sub(a, c), f32x4.sub(b, d), target + 8 * plane, plane);
    slopeRow(c, d, target + 12 * plane, plane);
  }
}

/** The factors of one half that belong to the middle rows are left to `transformSums`. */
function slopeRow(a: v128, b: v128, to: usize, plane: usize): void {
  v128.store(to, a);
  v128.store(to + plane, f32x4.add(a, b));
  v128.store(to + 2 * plane, f32x4.sub(a, b));
  v128.store(to + 3 * plane, b);
}

/** 16 planes of sums to the gradient of the filter's nine taps; size is a multiple of 4. */
function transformSums(sums: usize, plane: usize, dw: usize, size: i32): void {
  const tap = (<usize>size) << 2;
  const half = f32x4.splat(0.5);
  for (let at: usize = 0; at < tap; at += 16) {
    for (let row: usize = 0; row < 3; row++) {
      const from = sums + at;
      const m0 = joined(from, plane, row, half);
      const m1 = joined(from + plane, plane, row, half);
      const m2 = joined(from + 2 * plane, plane, row, half);
      const m3 = joined(from + 3 * plane, plane, row, half);
      const outer = f32x4.mul(half, f32x4.add(m1, m2));
      const target = dw + at + 3 * row * tap;
      v128.store(target, f32x4.add(m0, outer));
      v128.store(target + tap, f32x4.mul(half, f32x4.sub(m1, m2)));
      v128.store(target + 2 * tap, f32x4.sub(outer, m3));
    }
  }
}

/** One row of the filter's gradient out of a column of four planes. */
function joined(from: usize, plane: usize, row: usize, half: v128): v128 {
  const upper = v128.load(from + 4 * plane);
  const lower = v128.load(from + 8 * plane);
  if (row === 1) return f32x4.mul(half, f32x4.sub(upper, lower));
  const outer = f32x4.mul(half, f32x4.add(upper, lower));
  return row === 0
    ? f32x4.add(v128.load(from), outer)
    : f32x4.sub(outer, v128.load(from + 12 * plane));
}
