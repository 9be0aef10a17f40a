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
 * Copies blocks of numbers to places that lie apart, and fills what is between them with zeros.
 *
 * @param from [planes, rows, columns, block] without gaps
 * @param to [planes, planeBytes], in it rows rowBytes apart, in them blocks pixelBytes apart
 */
export function spreadRows(
  from: usize,
  to: usize,
  planes: i32,
  rows: i32,
  columns: i32,
  blockBytes: usize,
  planeBytes: usize,
  rowBytes: usize,
  pixelBytes: usize,
): void {
  memory.fill(to, 0, <usize>planes * planeBytes);
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      let target = to + <usize>plane * planeBytes + <usize>row * rowBytes;
      for (let column = 0; column < columns; column++) {
        memory.copy(target, from, blockBytes);
        from += blockBytes;
        target += pixelBytes;
      }
    }
  }
}

/**
 * Puts windows that tile an image into their places.
 *
 * @param from [rowsOfWindows, columns, height, block], a block being a row of one window
 * @param to [rowsOfWindows, height, columns, block]
 */
export function gatherWindows(
  from: usize,
  to: usize,
  rowsOfWindows: i32,
  height: i32,
  columns: i32,
  blockBytes: usize,
  rowBytes: usize,
): void {
  for (let row = 0; row < rowsOfWindows; row++) {
    for (let column = 0; column < columns; column++) {
      let target = to + <usize>column * blockBytes;
      for (let line = 0; line < height; line++) {
        memory.copy(target, from, blockBytes);
        from += blockBytes;
        target += rowBytes;
      }
    }
    to += <usize>height * rowBytes;
  }
}
