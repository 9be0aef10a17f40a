// The gradients of a depthwise convolution. Output channel c * multiplier + m belongs to input
// channel c.

/** dw [filterHeight, filterWidth, inChannels, multiplier], written. */
export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  batch: i32,
  inHeight: i32,
  inWidth: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  multiplier: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const outChannels = inChannels * multiplier;
  memory.fill(dw, 0, (<usize>(filterHeight * filterWidth * outChannels)) << 2);
  for (let image = 0; image < batch; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
        const row = outRow * strideHeight + tapRow * dilationHeight - padTop;
        if (row < 0 || row >= inHeight) continue;
        for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
          const target = dw + ((<usize>((tapRow * filterWidth + tapColumn) * outChannels)) << 2);
          for (let outColumn = 0; outColumn < outWidth; outColumn++) {
            const column = outColumn * strideWidth + tapColumn * dilationWidth - padLeft;
            if (column < 0 || column >= inWidth) continue;
            const source =
              x + ((<usize>(((image * inHeight + row) * inWidth + column) * inChannels)) << 2);
            const slope =
              dy +
              ((<usize>(((image * outHeight + outRow) * outWidth + outColumn) * outChannels)) << 2);
            if (multiplier === 1) addProducts(source, slope, target, inChannels);
            else addRepeated(source, slope, target, inChannels, multiplier);
          }
        }
      }
    }
  }
}

/** dx [batch, inHeight, inWidth, inChannels], written. */
export function depthwiseInputGradient(
  dy: usize,
  filter: usize,
  dx: usize,
  batch: i32,
  inHeight: i32,
  inWidth: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  multiplier: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const outChannels = inChannels * multiplier;
  memory.fill(dx, 0, (<usize>(batch * inHeight * inWidth) * <usize>inChannels) << 2);
  for (let image = 0; image < batch; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
        const row = outRow * strideHeight + tapRow * dilationHeight - padTop;
        if (row < 0 || row >= inHeight) continue;
        for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
          const weights =
            filter + ((<usize>((tapRow * filterWidth + tapColumn) * outChannels)) << 2);
          for (let outColumn = 0; outColumn < outWidth; outColumn++) {
            const column = outColumn * strideWidth + tapColumn * dilationWidth - padLeft;
            if (column < 0 || column >= inWidth) continue;
            const target =
              dx + ((<usize>(((image * inHeight + row) * inWidth + column) * inChannels)) << 2);
            const slope =
              dy +
              ((<usize>(((image * outHeight + outRow) * outWidth + outColumn) * outChannels)) << 2);
            if (multiplier === 1) addProducts(weights, slope, target, inChannels);
            else addDots(weights, slope, target, inChannels, multiplier);
          }
        }
      }
    }
  }
}

/** to[c] += a[c] * b[c] */
function addProducts(a: usize, b: usize, to: usize, count: i32): void {
  let index = 0;
  for (; index + 4 <= count; index += 4) {
    const at = (<usize>index) << 2;
    v128.store(
      to + at,
      f32x4.add(v128.load(to + at), f32x4.mul(v128.load(a + at), v128.load(b + at))),
    );
  }
  for (; index < count; index++) {
    const at = (<usize>index) << 2;
    store<f32>(to + at, load<f32>(to + at) + load<f32>(a + at) * load<f32>(b + at));
  }
}

/** to[c, m] += a[c] * b[c, m] */
function addRepeated(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++) {
    const value = load<f32>(a + ((<usize>channel) << 2));
    for (let copy = 0; copy < multiplier; copy++) {
      const at = (<usize>(channel * multiplier + copy)) << 2;
      store<f32>(to + at, load<f32>(to + at) + value * load<f32>(b + at));
    }
  }
}

/** to[c] += sum over m of a[c, m] * b[c, m] */
function addDots(a: usize, b: usize, to: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++) {
    let sum: f32 = 0;
    for (let copy = 0; copy < multiplier; copy++) {
      const at = (<usize>(channel * multiplier + copy)) << 2;
      sum += load<f32>(a + at) * load<f32>(b + at);
    }
    const target = to + ((<usize>channel) << 2);
    store<f32>(target, load<f32>(target) + sum);
  }
}
