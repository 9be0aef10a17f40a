/** A number and its unit: seconds, minutes or hours. */
const DURATION = /^(\d+(?:\.\d+)?)(s|m|h)$/;

const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/**
 * Seconds of a duration as a manifest writes it, for example 90s, 10m or 1.5h; undefined where the text is
 * none, or no time at all.
 */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  return seconds > 0 ? seconds : undefined;
}
