import {
  type Anatomy,
  ellipseDistance,
  type Lung,
  length,
  lungDistance,
  lungScale,
  SLICE_DISTANCE,
} from './anatomy.ts';
import type { Random } from './random.ts';

export interface Nodule {
  readonly lung: Lung;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
  readonly intensity: number;
  /** Width over which the edge fades. */
  readonly softness: number;
  /** Waves of the outline: a lobulated nodule has high ones. */
  readonly waves: readonly {
    readonly count: number;
    readonly height: number;
    readonly phase: number;
  }[];
  /** Rays that leave the nodule; 0 for a smooth one. */
  readonly spicules: number;
}

/** The radius in a slice below which a nodule is neither drawn nor marked. */
const SMALLEST_SECTION = 1.5;
const ATTEMPTS = 200;

/**
 * Places nodules in one case until at least so many of its slices show one.
 *
 * @param slices z of each slice
 */
export function placeNodules(
  random: Random,
  anatomy: Anatomy,
  slices: readonly number[],
  wanted: number,
): Nodule[] {
  const nodules: Nodule[] = [];
  const shown = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS && shown.size < wanted; attempt++) {
    const nodule = propose(random, anatomy, slices);
    if (nodule === undefined || nodules.some((other) => close(nodule, other))) continue;
    nodules.push(nodule);
    slices.forEach((z, index) => {
      if (sectionRadius(nodule, z) > 0) shown.add(index);
    });
  }
  return nodules;
}

/** Radius of a nodule's section in the slice at z: that of a sphere; 0 where it is not shown. */
export function sectionRadius(nodule: Nodule, z: number): number {
  const squared = nodule.radius ** 2 - (z - nodule.z) ** 2;
  return squared >= SMALLEST_SECTION ** 2 ? Math.sqrt(squared) : 0;
}

function propose(random: Random, anatomy: Anatomy, slices: readonly number[]): Nodule | undefined {
  const lung = anatomy.lungs[random.integer(0, 1)]!;
  // Diameters from 3.8 to 9; the sections away from the middle go down to 3.
  const radius = 1.9 + 2.6 * random.next();
  const z =
    slices[random.integer(0, slices.length - 1)]! + SLICE_DISTANCE * random.between(-0.4, 0.4);
  const angle = random.between(0, 2 * Math.PI);
  const attached = random.next() < 0.25;
  const scale = lungScale(lung, z);
  const away = attached ? 1.1 : Math.sqrt(random.next());
  let x = lung.x + away * scale * lung.halfWidth * Math.cos(angle);
  let y = lung.y + away * scale * lung.halfHeight * Math.sin(angle);
  if (attached) {
    // Slides along the ray from the middle of the lung until the wall cuts the nodule.
    const shift = lungDistance(lung, x, y, z) + random.between(0.4, 0.8) * radius;
    const ray = length(x - lung.x, y - lung.y);
    x -= (shift * (x - lung.x)) / ray;
    y -= (shift * (y - lung.y)) / ray;
  }
  const inside = lungDistance(lung, x, y, z);
  const room = attached ? 0.25 * radius : radius + 0.5;
  const beside = Math.min(
    z > anatomy.heart.fromZ ? ellipseDistance(anatomy.heart, x, y) : room,
    ellipseDistance(anatomy.spine, x, y),
  );
  const lobulated = random.next() < 0.3;
  const nodule: Nodule = {
    lung,
    x,
    y,
    z,
    radius,
    intensity: random.next() < 0.2 ? random.between(-450, -280) : random.between(-220, 20),
    softness: random.between(0.4, 0.65),
    waves: [2, 3, 4].map((count) => ({
      count,
      height: random.between(0.02, lobulated ? 0.16 : 0.06),
      phase: random.between(0, 2 * Math.PI),
    })),
    spicules: random.next() < 0.25 ? random.integer(4, 7) : 0,
  };
  return -inside >= room && beside >= room ? nodule : undefined;
}

function close(a: Nodule, b: Nodule): boolean {
  return length(a.x - b.x, a.y - b.y, a.z - b.z) < a.radius + b.radius + 1;
}
