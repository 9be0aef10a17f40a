/**
 * The gradient of taking the nearest pixel: each pixel of the larger or smaller image gives its
 * gradient to the pixel it was taken from.
 *
 * @param dy [batch, outHeight, outWidth, channels]
 * @param dx [batch, inHeight, inWidth, channels], written
 * @param rows [outHeight] int32, the row each row was taken from
 * @param columns [outWidth] int32
 */
export function nearestGradient(
  dy: usize,
  dx: usize,
  rows: usize,
  columns: usize,
  batch: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
): void {
  const pixel = (<usize>channels) << 2;
  memory.fill(dx, 0, <usize>(batch * inHeight * inWidth) * pixel);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outHeight; row++) {
      const line = image * inHeight + load<i32>(rows + ((<usize>row) << 2));
      for (let column = 0; column < outWidth; column++) {
        const place = line * inWidth + load<i32>(columns + ((<usize>column) << 2));
        const target = dx + <usize>place * pixel;
        for (let channel: usize = 0; channel < pixel; channel += 4) {
          store<f32>(target + channel, load<f32>(target + channel) + load<f32>(dy + channel));
        }
        dy += pixel;
      }
    }
  }
}
