import { type Lung, length, lungDistance, type Point } from './anatomy.ts';
import type { Random } from './random.ts';

/** A straight piece of a vessel: a capsule between two points. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
}

interface Branch {
  readonly from: Point;
  readonly direction: Point;
  readonly radius: number;
  /** Branchings since the root. */
  readonly order: number;
}

const STEP = 2;
const THINNEST = 0.4;
const MOST_SEGMENTS = 420;

/**
 * Grows the vessels of one lung from its hilum: branches wander, taper, and part in two so that the
 * cubes of the radii add up (Murray, 1926).
 */
export function growVessels(random: Random, lung: Lung, depth: number): Segment[] {
  const segments: Segment[] = [];
  const open: Branch[] = [];
  const roots = random.integer(5, 7);
  for (let root = 0; root < roots; root++) {
    const up = ((root + 0.5) / roots - 0.5) * depth * 0.8;
    open.push({
      from: [
        lung.x - lung.side * lung.halfWidth * 0.75,
        lung.y + random.between(-2, 4),
        up * 0.7 + random.between(-2, 2),
      ],
      direction: unit([lung.side * random.between(0.4, 1), random.normal() * 0.6, up * 0.12]),
      radius: random.between(1.1, 1.7),
      order: 0,
    });
  }
  while (open.length > 0 && segments.length < MOST_SEGMENTS) {
    const branch = open.shift()!;
    const end = wander(random, lung, branch, segments);
    if (end !== undefined) open.push(...part(random, end));
  }
  return segments;
}

/** Lays the segments of a branch; the branch to go on from, or nothing where it has left the lung. */
function wander(
  random: Random,
  lung: Lung,
  branch: Branch,
  segments: Segment[],
): Branch | undefined {
  let { from, direction, radius } = branch;
  const steps = random.integer(2, 4);
  for (let step = 0; step < steps; step++) {
    direction = unit([
      direction[0] + 0.3 * random.normal(),
      direction[1] + 0.3 * random.normal(),
      direction[2] + 0.3 * random.normal(),
    ]);
    const to: Point = [
      from[0] + STEP * direction[0],
      from[1] + STEP * direction[1],
      from[2] + STEP * direction[2],
    ];
    const leaving = lungDistance(lung, ...to) > -1.2;
    if (leaving && !(branch.order === 0 && step < 2)) return undefined;
    segments.push({ from, to, radius });
    from = to;
    radius *= 0.97;
  }
  return { from, direction, radius, order: branch.order };
}

function part(random: Random, branch: Branch): Branch[] {
  const ratio = random.between(0.5, 1);
  const thicker = branch.radius / Math.cbrt(1 + ratio ** 3);
  const [x, y, z] = branch.direction;
  const across = unit(cross([x, y, z], [random.normal(), random.normal(), random.normal()]));
  const turned = (angle: number): Point =>
    unit([
      x * Math.cos(angle) + across[0] * Math.sin(angle),
      y * Math.cos(angle) + across[1] * Math.sin(angle),
      z * Math.cos(angle) + across[2] * Math.sin(angle),
    ]);
  const { from } = branch;
  const order = branch.order + 1;
  return [
    { from, direction: turned(random.between(0.2, 0.6)), radius: thicker, order },
    { from, direction: turned(-random.between(0.5, 1)), radius: ratio * thicker, order },
  ].filter(({ radius }) => radius >= THINNEST);
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit([x, y, z]: Point): Point {
  const norm = length(x, y, z) || 1;
  return [x / norm, y / norm, z / norm];
}
