import type { PixelSize } from '@raremask/core';

export const NO_PIXEL_SIZE: PixelSize = { said: 'no pixel size' };

/** Pixels along an axis, to a length of so many millimetres. */
interface Density {
  readonly pixels: number;
  readonly millimetres: number;
}

const INCH = 25.4;

/** The entry that names who made a camera. */
const MAKER = 271;

/** Pixels per inch that programs write where they know no scale: of screens, and of nothing at all. */
const SCREENS = [72, 96];
/** Share by which whole numbers per metre or centimetre differ from these. */
const ROUNDED = 0.02;

/** The chunk pHYs of PNG: pixels per metre along x and y, where its unit is 1. */
export function ofPhys(data: Buffer): PixelSize {
  if (data.length < 9) return NO_PIXEL_SIZE;
  const [x, y] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  if (data[8] !== 1) return { said: `a density of ${x} x ${y} without a unit (pHYs)` };
  return perMetre(x, y, 'pHYs');
}

/** The header of BMP: pixels per metre along x and y, 0 where nothing is known. */
export function ofBmp([x, y]: readonly [x: number, y: number]): PixelSize {
  if (x <= 0 || y <= 0) return NO_PIXEL_SIZE;
  return perMetre(x, y, 'BMP');
}

function perMetre(x: number, y: number, where: string): PixelSize {
  return sizeOf(
    [y, x].map((pixels) => ({ pixels, millimetres: 1000 })),
    `${x} x ${y} pixels per metre (${where})`,
  );
}

/** The segment APP0 of JPEG; undefined where it is not JFIF's. */
export function ofJfif(data: Buffer): PixelSize | undefined {
  if (data.length < 12 || data.toString('latin1', 0, 5) !== 'JFIF\0') return undefined;
  const [unit, x, y] = [data[7]!, data.readUInt16BE(8), data.readUInt16BE(10)];
  const lengths: Record<number, readonly [number, string]> = { 1: [INCH, 'inch'], 2: [10, 'cm'] };
  const length = lengths[unit];
  if (length === undefined) return { said: `a density of ${x} x ${y} without a unit (JFIF)` };
  const [millimetres, name] = length;
  return sizeOf(
    [y, x].map((pixels) => ({ pixels, millimetres })),
    `${x} x ${y} pixels per ${name} (JFIF)`,
  );
}

/**
 * XResolution and YResolution of a JPEG's EXIF; undefined where they are left out. Cameras write a density
 * for prints there.
 */
export function ofExif(tags: ReadonlyMap<number, readonly number[]>): PixelSize | undefined {
  const found = ofResolution(tags, '', 'EXIF');
  if (found?.millimetres === undefined || !tags.has(MAKER)) return found;
  return { said: `${found.said}, which a camera has written for prints` };
}

/**
 * Of a TIFF's first directory: PhysicalSizeX and Y of OME-XML, then XResolution and YResolution by
 * ResolutionUnit, or by the unit that ImageJ's description names.
 *
 * @param tags as numbers; fractions as numerator and denominator, the description as its bytes
 */
export function ofTiff(tags: ReadonlyMap<number, readonly number[]>): PixelSize {
  const description = Buffer.from(tags.get(270) ?? []).toString('utf8');
  const ome = ofOme(description);
  if (ome !== undefined) return ome;
  return ofResolution(tags, description, 'TIFF') ?? NO_PIXEL_SIZE;
}

function ofResolution(
  tags: ReadonlyMap<number, readonly number[]>,
  description: string,
  where: string,
): PixelSize | undefined {
  const [x, y] = [fraction(tags.get(282)), fraction(tags.get(283))];
  if (x === undefined || y === undefined) return undefined;
  const unit = unitOf(tags.get(296)?.[0] ?? 2, description);
  const density = `${figure(x)} x ${figure(y)}`;
  if (unit === undefined) return { said: `a density of ${density} without a unit (${where})` };
  return sizeOf(
    [y, x].map((pixels) => ({ pixels, millimetres: unit.millimetres })),
    `${density} pixels per ${unit.name} (${where})`,
  );
}

/** The length that resolutions of a TIFF hold to. */
function unitOf(unit: number, description: string) {
  if (description.startsWith('ImageJ=')) {
    const name = /^unit=(.+?)\s*$/m.exec(description)?.[1];
    const millimetres = name === undefined ? undefined : namedUnit(name);
    if (millimetres !== undefined) return { millimetres, name: name! };
  }
  if (unit === 2) return { millimetres: INCH, name: 'inch' };
  return unit === 3 ? { millimetres: 10, name: 'cm' } : undefined;
}

/** What OME-XML says of the first image's pixels (Goldberg et al. 2005); undefined where it says nothing. */
function ofOme(description: string): PixelSize | undefined {
  const pixels = /<(?:\w+:)?Pixels\b[^>]*>/.exec(description)?.[0];
  if (pixels === undefined || !/<(?:\w+:)?OME\b/.test(description)) return undefined;
  const attribute = (name: string) => new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`).exec(pixels)?.[1];
  const [x, y] = ['X', 'Y'].map((axis) => {
    const size = attribute(`PhysicalSize${axis}`);
    return { size, unit: attribute(`PhysicalSize${axis}Unit`) ?? '\u00b5m' };
  });
  if (x?.size === undefined || y?.size === undefined) return undefined;
  const said = `pixels of ${x.size}${x.unit} x ${y.size}${y.unit} (OME)`;
  const millimetres = [y, x].map(
    ({ size, unit }) => Number(size) * (namedUnit(unit) ?? Number.NaN),
  );
  return millimetres.every(isLength) ? { millimetres, said } : { said };
}

/** Millimetres of a unit that ImageJ or OME names. */
function namedUnit(name: string): number | undefined {
  // ImageJ writes the micro sign in the way of Java.
  const plain = name
    .replace(/\\u00b5/i, 'u')
    .replace(/[\u00b5\u03bc]/, 'u')
    .toLowerCase();
  const units: Record<string, number> = {
    ...{ nm: 1e-6, nanometer: 1e-6, um: 1e-3, micron: 1e-3, microns: 1e-3, micrometer: 1e-3 },
    ...{ mm: 1, millimeter: 1, cm: 10, centimeter: 10, m: 1000, meter: 1000 },
    ...{ inch: INCH, inches: INCH, in: INCH },
  };
  return units[plain.replace(/(met)re$/, '$1er')];
}

function sizeOf(axes: readonly Density[], said: string): PixelSize {
  if (axes.some(isNoScale)) {
    return { said: `${said}, which programs write where they know no scale` };
  }
  const millimetres = axes.map((axis) => axis.millimetres / axis.pixels);
  return millimetres.every(isLength) ? { millimetres, said } : { said };
}

function isNoScale({ pixels, millimetres }: Density): boolean {
  const perInch = (pixels * INCH) / millimetres;
  const isUnset = pixels === 1 && millimetres >= 10;
  return isUnset || SCREENS.some((one) => Math.abs(perInch / one - 1) < ROUNDED);
}

function isLength(millimetres: number): boolean {
  return millimetres > 0 && Number.isFinite(millimetres);
}

function fraction([numerator, denominator]: readonly number[] = []): number | undefined {
  const value = numerator! / denominator!;
  return Number.isFinite(value) ? value : undefined;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}
