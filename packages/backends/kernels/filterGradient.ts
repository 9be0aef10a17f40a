// The gradient of a convolution with respect to its filter: for each tap of the filter a product
// X^T dY over all pixels, [inChannels, pixels] x [pixels, outChannels]. A tile of four input by
// eight output channels stays in registers while the pixels of a block of rows go by.

/** Bytes of input and output gradient that a block of rows may span, so that both stay in L2. */
const BLOCK_BYTES: i32 = 262144;

/**
 * A filter over images is one over volumes of a single plane.
 *
 * @param x [batch, inDepth, inHeight, inWidth, inChannels]
 * @param dy [batch, outDepth, outHeight, outWidth, outChannels]
 * @param dw [filterDepth, filterHeight, filterWidth, inChannels, outChannels], written
 */
export function filterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  batch: i32,
  inChannels: i32,
  outChannels: i32,
  inDepth: i32,
  inHeight: i32,
  inWidth: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  filterDepth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const xRow = (<usize>(inWidth * inChannels)) << 2;
  const dyRow = (<usize>(outWidth * outChannels)) << 2;
  const planeTaps = filterHeight * filterWidth;
  const tapBytes = (<usize>(inChannels * outChannels)) << 2;
  memory.fill(dw, 0, <usize>(filterDepth * planeTaps) * tapBytes);
  const rowBytes = <i32>xRow * strideHeight + <i32>dyRow;
  const blockRows = max(1, BLOCK_BYTES / rowBytes);
  for (let plane = 0; plane < batch * outDepth; plane++) {
    const image = plane / outDepth;
    const dyPlane = dy + <usize>plane * <usize>outHeight * dyRow;
    for (let top = 0; top < outHeight; top += blockRows) {
      const bottom = min(outHeight, top + blockRows);
      for (let tap = 0; tap < filterDepth * planeTaps; tap++) {
        const behind = (plane % outDepth) * strideDepth + tap / planeTaps - padFront;
        if (behind < 0 || behind >= inDepth) continue;
        const down = (tap % planeTaps) / filterWidth - padTop;
        const right = (tap % filterWidth) - padLeft;
        const firstRow = max(top, firstInside(down, strideHeight));
        const lastRow = min(bottom, endInside(down, strideHeight, inHeight));
        const firstColumn = max(0, firstInside(right, strideWidth));
        const lastColumn = min(outWidth, endInside(right, strideWidth, inWidth));
        if (firstRow >= lastRow || firstColumn >= lastColumn) continue;
        tapGradient(
          x +
            <usize>((image * inDepth + behind) * inHeight + firstRow * strideHeight + down) * xRow +
            ((<usize>((firstColumn * strideWidth + right) * inChannels)) << 2),
          dyPlane + <usize>firstRow * dyRow + ((<usize>(firstColumn * outChannels)) << 2),
          dw + <usize>tap * tapBytes,
          lastRow - firstRow,
          lastColumn - firstColumn,
          xRow * <usize>strideHeight,
          (<usize>(inChannels * strideWidth)) << 2,
          dyRow,
          inChannels,
          outChannels,
        );
      }
    }
  }
}

/** The first output position whose input position, position * stride + shift, is not negative. */
function firstInside(shift: i32, stride: i32): i32 {
  return shift >= 0 ? 0 : (-shift + stride - 1) / stride;
}

/** One past the last output position whose input position lies below size. */
function endInside(shift: i32, stride: i32, size: i32): i32 {
  return size <= shift ? 0 : (size - 1 - shift) / stride + 1;
}

export function tapGradient(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xPixel: usize,
  dyRow: usize,
  inChannels: i32,
  outChannels: i32,
): void {
  const dyPixel = (<usize>outChannels) << 2;
  const wideEnd = outChannels & ~7;
  let input = 0;
  for (; input + 4 <= inChannels; input += 4) {
    const xp = x + ((<usize>input) << 2);
    const dwp = dw + ((<usize>(input * outChannels)) << 2);
    let output = 0;
    for (; output < wideEnd; output += 8) {
      const at = (<usize>output) << 2;
      tile4x8(xp, dy + at, dwp + at, rows, columns, xRow, xPixel, dyRow, dyPixel);
    }
    for (; output < outChannels; output++) {
      const at = (<usize>output) << 2;
      tile4x1(xp, dy + at, dwp + at, rows, columns, xRow, xPixel, dyRow, dyPixel);
    }
  }
  for (; input < inChannels; input++) {
    const xp = x + ((<usize>input) << 2);
    const dwp = dw + ((<usize>(input * outChannels)) << 2);
    let output = 0;
    for (; output < wideEnd; output += 8) {
      const at = (<usize>output) << 2;
      tile1x8(xp, dy + at, dwp + at, rows, columns, xRow, xPixel, dyRow, dyPixel);
    }
    for (; output < outChannels; output++) {
      const at = (<usize>output) << 2;
      tile1x1(xp, dy + at, dwp + at, rows, columns, xRow, xPixel, dyRow, dyPixel);
    }
  }
}

function tile4x8(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xPixel: usize,
  dyRow: usize,
  dyPixel: usize,
): void {
  const dw1 = dw + dyPixel;
  const dw2 = dw1 + dyPixel;
  const dw3 = dw2 + dyPixel;
  let a0 = v128.load(dw);
  let b0 = v128.load(dw, 16);
  let a1 = v128.load(dw1);
  let b1 = v128.load(dw1, 16);
  let a2 = v128.load(dw2);
  let b2 = v128.load(dw2, 16);
  let a3 = v128.load(dw3);
  let b3 = v128.load(dw3, 16);
  for (let row = 0; row < rows; row++) {
    let xp = x;
    let dyp = dy;
    const end = dy + <usize>columns * dyPixel;
    while (dyp < end) {
      const low = v128.load(dyp);
      const high = v128.load(dyp, 16);
      const x0 = v128.load_splat<f32>(xp);
      a0 = f32x4.add(a0, f32x4.mul(x0, low));
      b0 = f32x4.add(b0, f32x4.mul(x0, high));
      const x1 = v128.load_splat<f32>(xp, 4);
      a1 = f32x4.add(a1, f32x4.mul(x1, low));
      b1 = f32x4.add(b1, f32x4.mul(x1, high));
      const x2 = v128.load_splat<f32>(xp, 8);
      a2 = f32x4.add(a2, f32x4.mul(x2, low));
      b2 = f32x4.add(b2, f32x4.mul(x2, high));
      const x3 = v128.load_splat<f32>(xp, 12);
      a3 = f32x4.add(a3, f32x4.mul(x3, low));
      b3 = f32x4.add(b3, f32x4.mul(x3, high));
      xp += xPixel;
      dyp += dyPixel;
    }
    x += xRow;
    dy += dyRow;
  }
  v128.store(dw, a0);
  v128.store(dw, b0, 16);
  v128.store(dw1, a1);
  v128.store(dw1, b1, 16);
  v128.store(dw2, a2);
  v128.store(dw2, b2, 16);
  v128.store(dw3, a3);
  v128.store(dw3, b3, 16);
}

function tile1x8(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xPixel: usize,
  dyRow: usize,
  dyPixel: usize,
): void {
  let a = v128.load(dw);
  let b = v128.load(dw, 16);
  for (let row = 0; row < rows; row++) {
    let xp = x;
    let dyp = dy;
    const end = dy + <usize>columns * dyPixel;
    while (dyp < end) {
      const value = v128.load_splat<f32>(xp);
      a = f32x4.add(a, f32x4.mul(value, v128.load(dyp)));
      b = f32x4.add(b, f32x4.mul(value, v128.load(dyp, 16)));
      xp += xPixel;
      dyp += dyPixel;
    }
    x += xRow;
    dy += dyRow;
  }
  v128.store(dw, a);
  v128.store(dw, b, 16);
}

function tile4x1(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xPixel: usize,
  dyRow: usize,
  dyPixel: usize,
): void {
  let sum = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    let xp = x;
    let dyp = dy;
    const end = dy + <usize>columns * dyPixel;
    while (dyp < end) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(xp), v128.load_splat<f32>(dyp)));
      xp += xPixel;
      dyp += dyPixel;
    }
    x += xRow;
    dy += dyRow;
  }
  const dw1 = dw + dyPixel;
  const dw2 = dw1 + dyPixel;
  const dw3 = dw2 + dyPixel;
  store<f32>(dw, load<f32>(dw) + f32x4.extract_lane(sum, 0));
  store<f32>(dw1, load<f32>(dw1) + f32x4.extract_lane(sum, 1));
  store<f32>(dw2, load<f32>(dw2) + f32x4.extract_lane(sum, 2));
  store<f32>(dw3, load<f32>(dw3) + f32x4.extract_lane(sum, 3));
}

function tile1x1(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  xPixel: usize,
  dyRow: usize,
  dyPixel: usize,
): void {
  let sum: f32 = 0;
  for (let row = 0; row < rows; row++) {
    let xp = x;
    let dyp = dy;
    const end = dy + <usize>columns * dyPixel;
    while (dyp < end) {
      sum += load<f32>(xp) * load<f32>(dyp);
      xp += xPixel;
      dyp += dyPixel;
    }
    x += xRow;
    dy += dyRow;
  }
  store<f32>(dw, load<f32>(dw) + sum);
}
