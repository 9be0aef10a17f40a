export function disc(plane, side, x, y, radius, value) {
  const reach = Math.ceil(radius);
  for (
    let row = Math.max(0, Math.round(y) - reach);
    row <= Math.min(side - 1, Math.round(y) + reach);
    row++
  ) {
    for (
      let column = Math.max(0, Math.round(x) - reach);
      column <= Math.min(side - 1, Math.round(x) + reach);
      column++
    ) {
      const at = row * side + column;
      if ((row - y) ** 2 + (column - x) ** 2 <= radius ** 2) plane[at] = value(plane[at]);
    }
  }
}

/** From the first to the last row and column, both included. */
export function box(plane, side, left, top, right, bottom, value) {
  for (let row = Math.max(0, top); row <= Math.min(side - 1, bottom); row++) {
    for (let column = Math.max(0, left); column <= Math.min(side - 1, right); column++) {
      plane[row * side + column] = value(plane[row * side + column]);
    }
  }
}

/** Colours [side, side, 3]; what is drawn moves each pixel towards a colour. */
export class Picture {
  constructor(side) {
    this.side = side;
    this.data = new Float32Array(side * side * 3);
  }

  /** @param share between 0 and 1, of the colour */
  mix(at, colour, share) {
    for (let channel = 0; channel < 3; channel++) {
      this.data[3 * at + channel] += share * (colour[channel] - this.data[3 * at + channel]);
    }
  }
}

/** Values of about -1 to 1 that change over `pitch` pixels: points of a lattice, interpolated smoothly. */
export function smooth(random, side, pitch) {
  const width = Math.ceil(side / pitch) + 2;
  const lattice = Float32Array.from({ length: width * width }, () => 2 * random.next() - 1);
  const eased = (value) => value * value * (3 - 2 * value);
  const plane = new Float32Array(side * side);
  for (let y = 0, at = 0; y < side; y++) {
    const row = Math.floor(y / pitch);
    const down = eased(y / pitch - row);
    for (let x = 0; x < side; x++, at++) {
      const column = Math.floor(x / pitch);
      const right = eased(x / pitch - column);
      const corner = row * width + column;
      const top = lattice[corner] + right * (lattice[corner + 1] - lattice[corner]);
      const low =
        lattice[corner + width] + right * (lattice[corner + width + 1] - lattice[corner + width]);
      plane[at] = top + down * (low - top);
    }
  }
  return plane;
}
