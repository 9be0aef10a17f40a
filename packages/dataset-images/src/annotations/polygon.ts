/** Parts of a pixel that corners are rounded to. */
const PARTS = 5;

/**
 * Calls `paint` for each pixel of a polygon by the rule of COCO's own tools: corners are rounded to
 * fifths of a pixel, edges become discrete lines on that finer grid, and a column is filled between
 * the rows where such lines cross its middle. Whatever lies beside the image is cut off.
 *
 * @param corners x and y in turn, in pixels; the middle of the first pixel is (0.5, 0.5)
 */
export function paintPolygon(
  corners: readonly number[],
  [height, width]: readonly [number, number],
  paint: (pixel: number) => void,
): void {
  const crossings = new Map<number, number[]>();
  const visit = lineVisitor((fromX, fromY, toX, toY) => {
    // The step between two columns of the finer grid, of which one in five is the middle of a pixel.
    const step = Math.min(fromX, toX);
    if (step % PARTS !== 2) return;
    const column = (step - 2) / PARTS;
    if (column < 0 || column >= width) return;
    const row = (Math.min(fromY, toY) + 0.5) / PARTS - 0.5;
    const rows = crossings.get(column);
    const first = Math.ceil(Math.min(Math.max(row, 0), height));
    if (rows === undefined) crossings.set(column, [first]);
    else rows.push(first);
  });
  const fine = corners.map((value) => Math.trunc(PARTS * value + 0.5));
  const count = fine.length / 2;
  for (let corner = 0; corner < count; corner++) {
    const next = (corner + 1) % count;
    eachPoint(
      [fine[2 * corner]!, fine[2 * corner + 1]!],
      [fine[2 * next]!, fine[2 * next + 1]!],
      visit,
    );
  }
  for (const [column, rows] of crossings) {
    rows.sort((a, b) => a - b);
    for (let at = 0; at + 1 < rows.length; at += 2) {
      for (let row = rows[at]!; row < rows[at + 1]!; row++) paint(row * width + column);
    }
  }
}

/** Tells of every step to another column. */
function lineVisitor(
  onStep: (fromX: number, fromY: number, toX: number, toY: number) => void,
): (x: number, y: number) => void {
  let last: readonly [number, number] | undefined;
  return (x, y) => {
    if (last !== undefined && last[0] !== x) onStep(last[0], last[1], x, y);
    last = [x, y];
  };
}

/** The points of a discrete line, one for each place along its longer axis, both ends included. */
function eachPoint(
  from: readonly [number, number],
  to: readonly [number, number],
  visit: (x: number, y: number) => void,
): void {
  const across = Math.abs(to[0] - from[0]);
  const down = Math.abs(to[1] - from[1]);
  const long = across >= down ? 0 : 1;
  const other = 1 - long;
  const length = Math.max(across, down);
  // Rounded from the lower end, so that an edge is the same line in both directions.
  const backwards = from[long]! > to[long]!;
  const start = backwards ? to : from;
  const end = backwards ? from : to;
  const slope = length === 0 ? 0 : (end[other]! - start[other]!) / length;
  for (let step = 0; step <= length; step++) {
    const along = backwards ? length - step : step;
    const point = [0, 0];
    point[long] = start[long]! + along;
    point[other] = Math.trunc(start[other]! + slope * along + 0.5);
    visit(point[0]!, point[1]!);
  }
}
