import { badAffine } from './errors.ts';
import { cornersOf, orientationOf, pointOf } from './orientation.ts';
import type { Affine, Header } from './volume.ts';

/**
 * Where a NIfTI file says that its voxels lie: sform before qform before pixdim, as the standard prefers
 * them.
 *
 * @param short integer of 16 bits at a byte of the header
 * @param float float of 32 bits at a byte of the header
 */
export function placeOf(
  short: (at: number) => number,
  float: (at: number) => number,
  extent: Header['extent'],
): Pick<Header, 'affine' | 'contradiction'> {
  const row = (at: number) => [float(at), float(at + 4), float(at + 8), float(at + 12)] as const;
  const [spaceOfQform, spaceOfSform] = [short(252), short(254)];
  if (spaceOfSform <= 0) return { affine: qformOf(spaceOfQform, float) };
  const affine: Affine = [row(280), row(296), row(312)];
  if (spaceOfQform <= 0) return { affine };
  const qform = qformOf(spaceOfQform, float);
  const same = spaceOfQform === spaceOfSform;
  const contradiction = contradictionOf({ affine, extent }, { affine: qform, extent }, same);
  return { affine, ...(contradiction && { contradiction }) };
}

function qformOf(space: number, float: (at: number) => number): Affine {
  const [x, y, z] = [float(80), float(84), float(88)].map(Math.abs) as [number, number, number];
  if (space <= 0) {
    return [
      [x, 0, 0, 0],
      [0, y, 0, 0],
      [0, 0, z, 0],
    ];
  }
  const [b, c, d] = [float(256), float(260), float(264)] as const;
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const depth = float(76) < 0 ? -z : z;
  return [
    [
      (a * a + b * b - c * c - d * d) * x,
      2 * (b * c - a * d) * y,
      2 * (b * d + a * c) * depth,
      float(268),
    ],
    [
      2 * (b * c + a * d) * x,
      (a * a + c * c - b * b - d * d) * y,
      2 * (c * d - a * b) * depth,
      float(272),
    ],
    [
      2 * (b * d - a * c) * x,
      2 * (c * d + a * b) * y,
      (a * a + d * d - b * b - c * c) * depth,
      float(276),
    ],
  ];
}

type Place = Pick<Header, 'affine' | 'extent'>;

/**
 * What the qform says otherwise than the sform, axis by axis. In another space (scanner against template)
 * it may lie elsewhere, but left is left.
 */
function contradictionOf(sform: Place, qform: Place, sameSpace: boolean): string | undefined {
  if (!placesVoxels(sform.affine) || !placesVoxels(qform.affine)) return undefined;
  const [own, other] = [orientationOf(sform), orientationOf(qform)];
  const named = (differs: (world: number) => boolean) =>
    ['x', 'y', 'z'].filter((_, world) => differs(world)).join(', ');
  const swapped = named((world) => own.axes[world] !== other.axes[world]);
  if (swapped !== '') return `${swapped} along another axis of the file`;
  const turned = named((world) => own.flipped[world] !== other.flipped[world]);
  if (turned !== '') return `${turned} the other way`;
  const apart = [0, 1, 2].map((world) => farthest(own, other, world));
  const moved = named((world) => apart[world]! > own.spacing[world]! / 2);
  if (!sameSpace || moved === '') return undefined;
  return `${moved} up to ${Number(Math.max(...apart).toPrecision(3))} mm elsewhere`;
}

/** Largest distance of a corner from itself along one axis of space, in millimetres. */
function farthest(own: Place, other: Place, world: number): number {
  const distances = cornersOf(own.extent).map((corner) =>
    Math.abs(pointOf(own.affine, corner)[world]! - pointOf(other.affine, corner)[world]!),
  );
  return Math.max(...distances);
}

/** Refuses an affine that does not lead every voxel to a place of its own. */
export function checkedAffine(file: string, affine: Affine): Affine {
  if (!placesVoxels(affine)) throw badAffine(file);
  return affine;
}

function placesVoxels(affine: Affine): boolean {
  const lengths = [0, 1, 2].map((axis) => Math.hypot(...affine.map((row) => row[axis]!)));
  const [a, b, c] = affine as [Affine[0], Affine[0], Affine[0]];
  const determinant =
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const volume = lengths.reduce((product, length) => product * length, 1);
  return affine.flat().every(Number.isFinite) && Math.abs(determinant) > 1e-4 * volume;
}
