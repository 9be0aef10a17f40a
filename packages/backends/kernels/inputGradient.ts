// What turns the gradient of a convolution with respect to its input into a forward convolution.

/**
 * Turns a filter by half a turn and swaps its channels:
 * [height * width, inChannels, outChannels] -> [height * width, outChannels, inChannels].
 */
export function rotateFilter(
  filter: usize,
  rotated: usize,
  taps: i32,
  inChannels: i32,
  outChannels: i32,
): void {
  const tapBytes = (<usize>(inChannels * outChannels)) << 2;
  for (let tap = 0; tap < taps; tap++) {
    transpose(
      filter + <usize>tap * tapBytes,
      rotated + <usize>(taps - 1 - tap) * tapBytes,
      inChannels,
      outChannels,
      inChannels,
    );
  }
}

/**
 * Puts the taps beside each other: [taps, inChannels, outChannels] -> [outChannels, taps * inChannels],
 * the filter of the 1x1 convolution whose channels are the taps.
 */
export function interleaveTaps(
  filter: usize,
  interleaved: usize,
  taps: i32,
  inChannels: i32,
  outChannels: i32,
): void {
  transpose(filter, interleaved, taps * inChannels, outChannels, taps * inChannels);
}

/** [rows, columns] -> [columns, rows], the rows of the result `pitch` numbers apart. */
function transpose(from: usize, to: usize, rows: i32, columns: i32, pitch: i32): void {
  const step = (<usize>pitch) << 2;
  for (let firstColumn = 0; firstColumn < columns; firstColumn += 16) {
    const lastColumn = min(columns, firstColumn + 16);
    for (let row = 0; row < rows; row++) {
      let source = from + ((<usize>(row * columns + firstColumn)) << 2);
      let target = to + <usize>firstColumn * step + ((<usize>row) << 2);
      for (let column = firstColumn; column < lastColumn; column++) {
        store<f32>(target, load<f32>(source));
        source += 4;
        target += step;
      }
    }
  }
}

/**
 * Puts pixels apart, with zeros between them.
 *
 * @param from [batch, depth, height, width, block]
 * @param to [batch, (depth - 1) * strideDepth + 1, likewise height and width, block], written
 */
export function spreadPixels(
  from: usize,
  to: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  blockBytes: usize,
): void {
  const rowBytes = <usize>((width - 1) * strideWidth + 1) * blockBytes;
  const planeBytes = <usize>((height - 1) * strideHeight + 1) * rowBytes;
  const volumeBytes = <usize>((depth - 1) * strideDepth + 1) * planeBytes;
  memory.fill(to, 0, <usize>batch * volumeBytes);
  for (let image = 0; image < batch; image++) {
    for (let plane = 0; plane < depth; plane++) {
      for (let row = 0; row < height; row++) {
        let target =
          to +
          <usize>image * volumeBytes +
          <usize>(plane * strideDepth) * planeBytes +
          <usize>(row * strideHeight) * rowBytes;
        for (let column = 0; column < width; column++) {
          memory.copy(target, from, blockBytes);
          from += blockBytes;
          target += <usize>strideWidth * blockBytes;
        }
      }
    }
  }
}

/**
 * Puts windows that tile a volume into their places.
 *
 * @param from [planes, height, width, tapsDepth, tapsHeight, block], a block being one row of a window
 * @param to [planes, tapsDepth, height, tapsHeight, width, block], written
 */
export function placeWindows(
  from: usize,
  to: usize,
  planes: i32,
  height: i32,
  width: i32,
  tapsDepth: i32,
  tapsHeight: i32,
  blockBytes: usize,
): void {
  const rowBytes = <usize>width * blockBytes;
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let behind = 0; behind < tapsDepth; behind++) {
          let target =
            to +
            <usize>(((plane * tapsDepth + behind) * height + row) * tapsHeight) * rowBytes +
            <usize>column * blockBytes;
          for (let down = 0; down < tapsHeight; down++) {
            memory.copy(target, from, blockBytes);
            from += blockBytes;
            target += rowBytes;
          }
        }
      }
    }
  }
}

/**
 * Lays the planes that a filter over volumes sees beside each other as channels, so that a
 * convolution over images is one over volumes.
 *
 * @param from [batch, inDepth, pixels, block]
 * @param to [batch, outDepth, pixels, filterDepth, block], written; zeros where a plane lies outside
 */
export function stackPlanes(
  from: usize,
  to: usize,
  batch: i32,
  inDepth: i32,
  outDepth: i32,
  filterDepth: i32,
  strideDepth: i32,
  padFront: i32,
  pixels: i32,
  blockBytes: usize,
): void {
  const planeBytes = <usize>pixels * blockBytes;
  const pixelBytes = <usize>filterDepth * blockBytes;
  for (let plane = 0; plane < batch * outDepth; plane++) {
    const first = (plane % outDepth) * strideDepth - padFront;
    for (let tap = 0; tap < filterDepth; tap++) {
      const behind = first + tap;
      let target = to + <usize>plane * <usize>pixels * pixelBytes + <usize>tap * blockBytes;
      if (behind < 0 || behind >= inDepth) {
        for (let pixel = 0; pixel < pixels; pixel++) {
          memory.fill(target, 0, blockBytes);
          target += pixelBytes;
        }
        continue;
      }
      let source = from + <usize>((plane / outDepth) * inDepth + behind) * planeBytes;
      for (let pixel = 0; pixel < pixels; pixel++) {
        memory.copy(target, source, blockBytes);
        source += blockBytes;
        target += pixelBytes;
      }
    }
  }
}
