import {
  type Anatomy,
  type Ellipse,
  ellipseDistance,
  length,
  lungDistance,
  lungScale,
  SLICE_DISTANCE,
} from './anatomy.ts';
import { type Nodule, sectionRadius } from './nodules.ts';
import { addNoise, type Noise } from './noise.ts';
import type { Random } from './random.ts';
import type { Segment } from './vessels.ts';

/** One case: what its slices are drawn from. */
export interface Case {
  readonly anatomy: Anatomy;
  readonly vessels: readonly Segment[];
  readonly vesselIntensity: number;
  readonly nodules: readonly Nodule[];
  readonly noise: Noise;
  /** Brightness of the case: shown = gain x value + offset, of values between 0 and 1. */
  readonly gain: number;
  readonly offset: number;
}

export interface Slice {
  /** Intensities from 0 to 1, row by row. */
  readonly image: Float32Array;
  /** 0 or 255, row by row. */
  readonly mask: Uint8Array;
}

const AIR = -1000;
const FAT = -95;
const SOFT_TISSUE = 45;
const BONE = 430;
/** What is shown as black and as white. */
const WINDOW = [-1000, 450] as const;
/** Width of the scanner's blur. */
const BLUR = 0.4;

/** Draws the slice at z. */
export function renderSlice(random: Random, scene: Case, z: number, size: number): Slice {
  const canvas = new Canvas(size);
  drawBody(canvas, scene.anatomy, z);
  drawVessels(canvas, scene, z);
  const mask = new Uint8Array(size * size);
  for (const nodule of scene.nodules) drawNodule(canvas, mask, nodule, z);
  const { intensity } = canvas;
  addNoise(random, intensity, size, scene.noise);
  const [black, white] = WINDOW;
  for (let pixel = 0; pixel < intensity.length; pixel++) {
    const shown = scene.gain * ((intensity[pixel]! - black) / (white - black)) + scene.offset;
    intensity[pixel] = Math.min(1, Math.max(0, shown));
  }
  return { image: intensity, mask };
}

class Canvas {
  readonly size: number;
  readonly intensity: Float32Array;
  /** How far each pixel lies in a lung, 0 to 1. */
  readonly lung: Float32Array;
  /** Length of a pixel's side in units. */
  readonly pixel: number;

  constructor(size: number) {
    this.size = size;
    this.pixel = 64 / size;
    this.intensity = new Float32Array(size * size);
    this.lung = new Float32Array(size * size);
  }

  /** Coordinate of the middle of a column or row. */
  at(index: number): number {
    return (index + 0.5) * this.pixel - 32;
  }

  /** First and last column or row that an interval of coordinates touches. */
  range(from: number, to: number): [number, number] {
    return [
      Math.max(0, Math.floor((from + 32) / this.pixel)),
      Math.min(this.size - 1, Math.floor((to + 32) / this.pixel)),
    ];
  }
}

function drawBody(canvas: Canvas, anatomy: Anatomy, z: number): void {
  const { body, lungs, heart, trachea, spine } = anatomy;
  const muscle: Ellipse = {
    ...body,
    halfWidth: body.halfWidth - anatomy.fat,
    halfHeight: body.halfHeight - anatomy.fat,
  };
  const cage: Ellipse = {
    x: body.x,
    y: (lungs[0].y + lungs[1].y) / 2,
    halfWidth: (lungs[1].x + lungs[1].halfWidth - lungs[0].x + lungs[0].halfWidth) / 2 + 1.8,
    halfHeight: Math.max(lungs[0].halfHeight, lungs[1].halfHeight) + 2.2,
  };
  const canal: Ellipse = { ...spine, y: spine.y + 4.6, halfWidth: 1.5, halfHeight: 1.3 };
  const scale = lungScale(lungs[0], z);
  // The heart and the trachea come and go over a few slices.
  const heartGrowth = fade((heart.fromZ - z) / 3);
  const tracheaGrowth = fade((z - trachea.toZ) / 3);
  for (let row = 0; row < canvas.size; row++) {
    const y = canvas.at(row);
    for (let column = 0; column < canvas.size; column++) {
      const x = canvas.at(column);
      const pixel = row * canvas.size + column;
      const inBody = fade(ellipseDistance(body, x, y) / BLUR);
      if (inBody < 1e-4) {
        canvas.intensity[pixel] = AIR;
        continue;
      }
      let value = mix(AIR, FAT, inBody);
      value = mix(value, SOFT_TISSUE, fade(ellipseDistance(muscle, x, y) / BLUR));
      const side = x < body.x ? lungs[0] : lungs[1];
      let lung = fade(lungDistance(side, x, y, z) / BLUR);
      lung *= 1 - heartGrowth * fade(ellipseDistance(heart, x, y) / BLUR);
      const bone = fade(ellipseDistance(spine, x, y) / BLUR);
      lung *= 1 - bone;
      value = mix(value, anatomy.lungIntensity + anatomy.gravity * y, lung);
      value = mix(value, AIR, tracheaGrowth * fade(ellipseDistance(trachea, x, y) / BLUR));
      value = mix(value, BONE, ribCover(anatomy, cage, scale, x, y, z) * (1 - lung));
      value = mix(value, 0.75 * BONE, bone);
      value = mix(value, SOFT_TISSUE, fade(ellipseDistance(canal, x, y) / BLUR));
      canvas.intensity[pixel] = value;
      canvas.lung[pixel] = lung;
    }
  }
}

/** Ribs run around the cage and fall from the spine: a slice cuts each of them once a side. */
function ribCover(
  { ribs, spine }: Anatomy,
  cage: Ellipse,
  scale: number,
  x: number,
  y: number,
  z: number,
): number {
  const shrunk = 0.35 + 0.65 * scale;
  const outline = {
    ...cage,
    halfWidth: cage.halfWidth * shrunk,
    halfHeight: cage.halfHeight * shrunk,
  };
  const away = ellipseDistance(outline, x, y) / 0.95;
  if (Math.abs(away) > 3) return 0;
  const fromSpine = Math.abs(Math.atan2(x - spine.x, y - cage.y));
  const wave = Math.cos(
    2 * Math.PI * ((z + ribs.slant * fromSpine * 2) / ribs.distance + ribs.phase),
  );
  return Math.exp(-0.5 * away * away) * fade((0.25 - wave) / 0.15);
}

/** Each pixel takes the vessel that covers it most; two depths of the slice are averaged. */
function drawVessels(canvas: Canvas, scene: Case, z: number): void {
  const cover = new Float32Array(canvas.intensity.length);
  for (const shift of [-0.25, 0.25]) {
    const depth = z + shift * SLICE_DISTANCE;
    const layer = new Float32Array(cover.length);
    for (const segment of scene.vessels) coverSegment(canvas, layer, segment, depth);
    for (let pixel = 0; pixel < cover.length; pixel++) cover[pixel]! += layer[pixel]! / 2;
  }
  for (let pixel = 0; pixel < cover.length; pixel++) {
    const share = cover[pixel]! * canvas.lung[pixel]!;
    if (share > 0) {
      canvas.intensity[pixel] = mix(canvas.intensity[pixel]!, scene.vesselIntensity, share);
    }
  }
}

function coverSegment(canvas: Canvas, layer: Float32Array, segment: Segment, z: number): void {
  const { from, to, radius } = segment;
  const reach = radius + 5 * BLUR;
  if (z < Math.min(from[2], to[2]) - reach || z > Math.max(from[2], to[2]) + reach) return;
  const [firstColumn, lastColumn] = canvas.range(
    Math.min(from[0], to[0]) - reach,
    Math.max(from[0], to[0]) + reach,
  );
  const [firstRow, lastRow] = canvas.range(
    Math.min(from[1], to[1]) - reach,
    Math.max(from[1], to[1]) + reach,
  );
  const along = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const lengthSquared = along[0] ** 2 + along[1] ** 2 + along[2] ** 2;
  const dz = z - from[2];
  for (let row = firstRow; row <= lastRow; row++) {
    const dy = canvas.at(row) - from[1];
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = canvas.at(column) - from[0];
      const projected = (dx * along[0] + dy * along[1] + dz * along[2]) / lengthSquared;
      const share = Math.min(1, Math.max(0, projected));
      const distance = length(dx - share * along[0], dy - share * along[1], dz - share * along[2]);
      const pixel = row * canvas.size + column;
      const covered = fade((distance - radius) / BLUR);
      if (covered > layer[pixel]!) layer[pixel] = covered;
    }
  }
}

/** Draws a nodule into a slice and marks it, unless too little of it lies in the lung. */
function drawNodule(canvas: Canvas, mask: Uint8Array, nodule: Nodule, z: number): void {
  const section = sectionRadius(nodule, z);
  if (section === 0) return;
  const reach = 1.5 * section + 6 * nodule.softness;
  const [firstColumn, lastColumn] = canvas.range(nodule.x - reach, nodule.x + reach);
  const [firstRow, lastRow] = canvas.range(nodule.y - reach, nodule.y + reach);
  const covers: { pixel: number; cover: number; marked: boolean }[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    const dy = canvas.at(row) - nodule.y;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = canvas.at(column) - nodule.x;
      const pixel = row * canvas.size + column;
      const lung = canvas.lung[pixel]!;
      if (lung < 0.02) continue;
      const beyond = outlineDistance(nodule, section, dx, dy);
      const cover = Math.max(fade(beyond / nodule.softness), spiculeCover(nodule, beyond, dx, dy));
      covers.push({ pixel, cover: cover * lung, marked: beyond < 0 && lung > 0.5 });
    }
  }
  const smallest = 5 / canvas.pixel ** 2;
  if (covers.filter(({ marked }) => marked).length < smallest) return;
  for (const { pixel, cover, marked } of covers) {
    const beneath = canvas.intensity[pixel]!;
    canvas.intensity[pixel] = mix(beneath, Math.max(beneath, nodule.intensity), cover);
    if (marked) mask[pixel] = 255;
  }
}

/** Distance to the outline of a nodule's section along the ray from its middle; negative inside. */
function outlineDistance(nodule: Nodule, section: number, dx: number, dy: number): number {
  const angle = Math.atan2(dy, dx);
  let outline = 1;
  for (const wave of nodule.waves)
    outline += wave.height * Math.cos(wave.count * angle + wave.phase);
  return length(dx, dy) - section * outline;
}

function spiculeCover(nodule: Nodule, beyond: number, dx: number, dy: number): number {
  if (nodule.spicules === 0 || beyond <= 0) return 0;
  const ray = Math.cos(nodule.spicules * Math.atan2(dy, dx) + nodule.waves[0]!.phase);
  return ray <= 0 ? 0 : 0.55 * ray ** 6 * Math.exp(-beyond / 1.2);
}

/** 1 deep inside (negative), 0.5 at the outline, 0 far outside. */
function fade(distance: number): number {
  if (distance > 6) return 0;
  if (distance < -6) return 1;
  return 1 / (1 + Math.exp(2.5 * distance));
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
