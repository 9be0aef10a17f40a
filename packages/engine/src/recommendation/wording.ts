/** A share in percent: two digits where it is small. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}

/** log(f/(1-f)) of a share, to one digit. */
export function logit(share: number): string {
  const inside = Math.min(Math.max(share, 1e-6), 1 - 1e-6);
  return Math.log(inside / (1 - inside)).toFixed(1);
}

/** Seconds to two digits, in milliseconds where they are few. */
export function duration(seconds: number): string {
  return seconds < 1
    ? `${Number((seconds * 1000).toPrecision(2))} ms`
    : `${Number(seconds.toPrecision(2))} s`;
}
