/** Pixels of the image that lie under one pixel of the seen grid, along an axis. */
export interface Covered {
  readonly first: number;
  /** Length of each that lies under it, in pixels of the image. */
  readonly lengths: Float64Array;
}

/** What lies under each pixel of a grid of `to` pixels over `from` pixels. */
export function covering(from: number, to: number): Covered[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, at) => {
    const [start, end] = [at * scale, (at + 1) * scale];
    const first = Math.min(Math.floor(start + EDGE), from - 1);
    const last = Math.max(Math.min(Math.ceil(end - EDGE), from), first + 1);
    const lengths = Float64Array.from({ length: last - first }, (_, index) => {
      const pixel = first + index;
      return Math.min(end, pixel + 1) - Math.max(start, pixel);
    });
    return { first, lengths };
  });
}

/** What rounding may move the edge of a pixel by. */
const EDGE = 1e-9;
