// The largest value of each window, and its gradient. Padding never wins. Among equal values the
// first one of a window takes the whole gradient.

/**
 * Pooling over images is pooling over volumes of a single plane.
 *
 * @param x [batch, inDepth, inHeight, inWidth, channels]
 * @param y [batch, outDepth, outHeight, outWidth, channels], written
 */
export function maxPool(
  x: usize,
  y: usize,
  batch: i32,
  channels: i32,
  inDepth: i32,
  inHeight: i32,
  inWidth: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  windowDepth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel = (<usize>channels) << 2;
  for (let image = 0; image < batch; image++) {
    const volume = x + <usize>(image * inDepth * inHeight * inWidth) * pixel;
    for (let outPlane = 0; outPlane < outDepth; outPlane++) {
      const front = max(0, outPlane * strideDepth - padFront);
      const back = min(inDepth, outPlane * strideDepth - padFront + windowDepth);
      for (let outRow = 0; outRow < outHeight; outRow++) {
        const top = max(0, outRow * strideHeight - padTop);
        const bottom = min(inHeight, outRow * strideHeight - padTop + windowHeight);
        for (let outColumn = 0; outColumn < outWidth; outColumn++) {
          const left = max(0, outColumn * strideWidth - padLeft);
          const right = min(inWidth, outColumn * strideWidth - padLeft + windowWidth);
          largest(volume, y, channels, inHeight, inWidth, front, back, top, bottom, left, right);
          y += pixel;
        }
      }
    }
  }
}

/**
 * @param x [batch, inDepth, inHeight, inWidth, channels]
 * @param dy [batch, outDepth, outHeight, outWidth, channels]
 * @param dx shaped like x, written
 * @param scratch [channels], overwritten
 */
export function maxPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
  scratch: usize,
  batch: i32,
  channels: i32,
  inDepth: i32,
  inHeight: i32,
  inWidth: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  windowDepth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const volumeBytes = <usize>(inDepth * inHeight * inWidth) * pixel;
  memory.fill(dx, 0, <usize>batch * volumeBytes);
  for (let image = 0; image < batch; image++) {
    for (let outPlane = 0; outPlane < outDepth; outPlane++) {
      const front = max(0, outPlane * strideDepth - padFront);
      const back = min(inDepth, outPlane * strideDepth - padFront + windowDepth);
      for (let outRow = 0; outRow < outHeight; outRow++) {
        const top = max(0, outRow * strideHeight - padTop);
        const bottom = min(inHeight, outRow * strideHeight - padTop + windowHeight);
        for (let outColumn = 0; outColumn < outWidth; outColumn++) {
          const left = max(0, outColumn * strideWidth - padLeft);
          const right = min(inWidth, outColumn * strideWidth - padLeft + windowWidth);
          largest(x, scratch, channels, inHeight, inWidth, front, back, top, bottom, left, right);
          route(
            x,
            dx,
            dy,
            scratch,
            channels,
            inHeight,
            inWidth,
            front,
            back,
            top,
            bottom,
            left,
            right,
          );
          dy += pixel;
        }
      }
    }
    x += volumeBytes;
    dx += volumeBytes;
  }
}

/** The largest value of a window of one volume, for each channel. */
function largest(
  volume: usize,
  y: usize,
  channels: i32,
  inHeight: i32,
  inWidth: i32,
  front: i32,
  back: i32,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
): void {
  const pixel = (<usize>channels) << 2;
  let channel: usize = 0;
  for (; channel + 16 <= pixel; channel += 16) {
    let found = f32x4.splat(-Infinity);
    for (let plane = front; plane < back; plane++) {
      for (let row = top; row < bottom; row++) {
        const line = volume + <usize>((plane * inHeight + row) * inWidth) * pixel + channel;
        for (let column = left; column < right; column++) {
          found = f32x4.max(found, v128.load(line + <usize>column * pixel));
        }
      }
    }
    v128.store(y + channel, found);
  }
  for (; channel < pixel; channel += 4) {
    let found: f32 = -Infinity;
    for (let plane = front; plane < back; plane++) {
      for (let row = top; row < bottom; row++) {
        const line = volume + <usize>((plane * inHeight + row) * inWidth) * pixel + channel;
        for (let column = left; column < right; column++) {
          found = max<f32>(found, load<f32>(line + <usize>column * pixel));
        }
      }
    }
    store<f32>(y + channel, found);
  }
}

/** Adds the gradient of a window to the first of its values that equals the largest one. */
function route(
  volume: usize,
  dx: usize,
  dy: usize,
  maximum: usize,
  channels: i32,
  inHeight: i32,
  inWidth: i32,
  front: i32,
  back: i32,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
): void {
  const pixel = (<usize>channels) << 2;
  let channel: usize = 0;
  for (; channel + 16 <= pixel; channel += 16) {
    const wanted = v128.load(maximum + channel);
    let rest = v128.load(dy + channel);
    for (let plane = front; plane < back; plane++) {
      for (let row = top; row < bottom; row++) {
        const line = <usize>((plane * inHeight + row) * inWidth) * pixel + channel;
        for (let column = left; column < right; column++) {
          const at = line + <usize>column * pixel;
          const here = f32x4.eq(v128.load(volume + at), wanted);
          v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(rest, here)));
          rest = v128.andnot(rest, here);
        }
      }
    }
  }
  for (; channel < pixel; channel += 4) {
    const wanted = load<f32>(maximum + channel);
    let rest = load<f32>(dy + channel);
    for (let plane = front; plane < back; plane++) {
      for (let row = top; row < bottom; row++) {
        const line = <usize>((plane * inHeight + row) * inWidth) * pixel + channel;
        for (let column = left; column < right; column++) {
          const at = line + <usize>column * pixel;
          if (load<f32>(volume + at) === wanted) {
            store<f32>(dx + at, load<f32>(dx + at) + rest);
            rest = 0;
          }
        }
      }
    }
  }
}
