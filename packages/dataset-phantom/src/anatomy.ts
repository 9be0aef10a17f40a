import type { Random } from './random.ts';

/*
 * Lengths are in units of 1/64 of the image's width, with the origin in the middle of the image,
 * x to the right, y down, z through the slices. Intensities are Hounsfield units.
 */

/** Distance between two slices. */
export const SLICE_DISTANCE = 2.2;

/** A place in a case: [x, y, z]. */
export type Point = readonly [number, number, number];

export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

export interface Lung extends Ellipse {
  /** -1 on the left side of the image, 1 on the right. */
  readonly side: -1 | 1;
  /** Waves of the outline: how many around, how high, where. */
  readonly waves: readonly {
    readonly count: number;
    readonly height: number;
    readonly phase: number;
  }[];
  /** Half of the extent in z at which the outline would have shrunk to nothing. */
  readonly halfDepth: number;
}

export interface Anatomy {
  readonly body: Ellipse;
  readonly fat: number;
  readonly lungs: readonly [Lung, Lung];
  readonly heart: Ellipse & { readonly fromZ: number };
  readonly trachea: Ellipse & { readonly toZ: number };
  readonly spine: Ellipse;
  readonly ribs: { readonly distance: number; readonly slant: number; readonly phase: number };
  readonly lungIntensity: number;
  /** How much denser the lungs get towards the back, per unit of y. */
  readonly gravity: number;
}

/** The body of one case. `depth` is the extent of its slices in z. */
export function makeAnatomy(random: Random, depth: number): Anatomy {
  const x = random.between(-1, 1);
  const y = random.between(-1, 1);
  const body: Ellipse = {
    x,
    y,
    halfWidth: random.between(28, 30.5),
    halfHeight: random.between(21, 23.5),
  };
  const lung = (side: -1 | 1): Lung => ({
    side,
    x: x + side * random.between(11.8, 13),
    y: y + random.between(-1.4, 0.4),
    halfWidth: random.between(9, 10.6),
    halfHeight: random.between(13.4, 15.6),
    waves: [2, 3, 5].map((count) => ({
      count,
      height: random.between(0.02, 0.11) / Math.sqrt(count),
      phase: random.between(0, 2 * Math.PI),
    })),
    halfDepth: depth * random.between(0.58, 0.68),
  });
  return {
    body,
    fat: random.between(1, 2.6),
    lungs: [lung(-1), lung(1)],
    heart: {
      x: x + random.between(2, 4.5),
      y: y - random.between(2, 4),
      halfWidth: random.between(7, 9),
      halfHeight: random.between(6, 7.5),
      fromZ: random.between(-0.05, 0.15) * depth,
    },
    trachea: {
      x: x + random.between(-0.6, 0.6),
      y: y + random.between(-2, 1),
      halfWidth: random.between(1.4, 1.9),
      halfHeight: random.between(1.3, 1.8),
      toZ: random.between(-0.2, -0.05) * depth,
    },
    spine: {
      x: x + random.between(-0.4, 0.4),
      y: y + random.between(11.5, 13),
      halfWidth: random.between(3.3, 4),
      halfHeight: random.between(2.8, 3.4),
    },
    ribs: {
      distance: random.between(6.5, 8.5),
      slant: random.between(3.5, 5.5),
      phase: random.next(),
    },
    lungIntensity: random.between(-890, -800),
    gravity: random.between(0.5, 4),
  };
}

/** Distance to the outline of an ellipse along the ray from its middle; negative inside. */
export function ellipseDistance(ellipse: Ellipse, x: number, y: number): number {
  const dx = x - ellipse.x;
  const dy = y - ellipse.y;
  const relative = length(dx / ellipse.halfWidth, dy / ellipse.halfHeight);
  return relative < 1e-6 ? -ellipse.halfHeight : length(dx, dy) * (1 - 1 / relative);
}

/** Distance to the outline of a lung along the ray from its middle; negative inside. */
export function lungDistance(lung: Lung, x: number, y: number, z: number): number {
  const shrunk = lungScale(lung, z);
  const dx = x - lung.x;
  const dy = y - lung.y;
  const relative = length(dx / lung.halfWidth, dy / lung.halfHeight) / shrunk;
  if (relative < 1e-6) return -lung.halfWidth * shrunk;
  const distance = length(dx, dy);
  if (relative > 1.6) return distance * (1 - 1 / relative);
  const angle = Math.atan2(dy, dx);
  let outline = 1;
  for (const wave of lung.waves) {
    outline += wave.height * Math.cos(wave.count * angle + wave.phase + 0.05 * z);
  }
  return distance * (1 - outline / relative);
}

/** How far a lung's outline has shrunk in a slice, 1 = full size. */
export function lungScale(lung: Lung, z: number): number {
  const share = Math.min(0.97, Math.abs(z) / lung.halfDepth);
  return (1 - share * share) ** 0.4;
}

/** Length of a vector; unlike Math.hypot it is fast, and exactly the same in every engine. */
export function length(x: number, y: number, z = 0): number {
  return Math.sqrt(x * x + y * y + z * z);
}
