/** What stands where a score does not exist. */
export const ABSENT = '–';

/** A share from 0 to 1 with three decimals. */
export function shareText(value: number | null | undefined): string {
  return finite(value) ? value.toFixed(3) : ABSENT;
}

/** A share as whole percent; a tenth of a percent below 1 % and above 99 %. */
export function percentText(share: number | null | undefined): string {
  if (!finite(share)) return ABSENT;
  const percent = share * 100;
  const digits = percent === 0 || percent === 100 || (percent >= 1 && percent <= 99) ? 0 : 1;
  return `${percent.toFixed(digits)} %`;
}

/** Percent with two digits that matter, since shares of foreground are small. */
export function rarePercentText(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent >= 10) return percentText(share);
  return `${Number(percent.toPrecision(2))} %`;
}

/** "3 of 48 (6 %)". */
export function partText(part: number, whole: number): string {
  return whole === 0
    ? ABSENT
    : `${countText(part)} of ${countText(whole)} (${percentText(part / whole)})`;
}

/** A whole number in groups of three digits. */
export function countText(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : ABSENT;
}

/** Three to four digits that matter, for losses, intensities and rates. */
export function measureText(value: number | null | undefined): string {
  if (!finite(value)) return value === null || value === undefined ? ABSENT : String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(3) : value.toFixed(4);
}

/** Two to three digits that matter over many powers of ten, for gradients and their ratios. */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e4 || size < 1e-3) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(size >= 100 ? 3 : 2)));
}

/** A mean of counts, such as 0.10, 7.29, 31.5 or 1,204. */
export function averageText(value: number | null | undefined): string {
  if (!finite(value)) return ABSENT;
  if (value >= 100) return countText(value);
  if (value >= 10) return value.toFixed(1);
  return value === 0 ? '0' : value >= 0.01 ? value.toFixed(2) : value.toPrecision(1);
}

/** A length of time, such as "45 s", "3 min 20 s" or "1 h 5 min". */
export function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return ABSENT;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Extents of an image or volume, such as "512 × 512". */
export function sizeText(size: readonly number[]): string {
  return size.join(' × ');
}

/** "1 image", "2 images". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function finite(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
