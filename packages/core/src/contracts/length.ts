/** A number and its unit. Both characters that look like a micro sign are in use. */
const LENGTH = /^(\d+(?:\.\d+)?|\.\d+) ?(nm|um|[\u00b5\u03bc]m|mm|cm|m)$/;

const MILLIMETRES: Readonly<Record<string, number>> = {
  nm: 1e-6,
  um: 1e-3,
  '\u00b5m': 1e-3,
  '\u03bcm': 1e-3,
  mm: 1,
  cm: 10,
  m: 1000,
};

/**
 * Millimetres of a length as a manifest writes it, for example 0.5um, 250nm or 1.2mm; undefined where the
 * text is none, or no length above 0.
 */
export function millimetresOf(text: string): number | undefined {
  const [, count, unit] = LENGTH.exec(text) ?? [];
  const length = Number(count) * (MILLIMETRES[unit ?? ''] ?? Number.NaN);
  return length > 0 && Number.isFinite(length) ? length : undefined;
}

/** The same the other way round, to four digits: in nm, um, mm or m. */
export function lengthText(millimetres: number): string {
  const [scale, unit] =
    millimetres < 1e-4
      ? [1e6, 'nm']
      : millimetres < 0.1
        ? [1e3, 'um']
        : millimetres < 1e3
          ? [1, 'mm']
          : [1e-3, 'm'];
  return `${Number((millimetres * Number(scale)).toPrecision(4))}${unit}`;
}
