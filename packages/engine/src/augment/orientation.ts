/** A mirror image or a right-angle turn of a window, for the image and its truth alike. */
export interface Orientation {
  /** Exchanges the last two axes; only where they are equally long. */
  readonly transpose: boolean;
  /** Reverses each axis, after the exchange. */
  readonly flips: readonly boolean[];
}

/** The window as it is. */
export function unturned(axes: number): Orientation {
  return { transpose: false, flips: Array<boolean>(axes).fill(false) };
}

/** Two orientations as one, `first` and then `second`. */
export function oriented(first: Orientation, second: Orientation): Orientation {
  const last = first.flips.length - 1;
  const along = (axis: number) =>
    second.transpose && axis >= last - 1 ? 2 * last - 1 - axis : axis;
  return {
    transpose: first.transpose !== second.transpose,
    flips: second.flips.map((flip, axis) => flip !== first.flips[along(axis)]!),
  };
}
