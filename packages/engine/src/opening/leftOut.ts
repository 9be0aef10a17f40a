import type { RaremaskError } from '@raremask/core';

/** At most so many reasons in one note. */
const LISTED = 10;

/** What is said of samples that a job goes on without. */
export function leftOutNote(reasons: ReadonlyMap<string, RaremaskError>): string {
  const one = reasons.size === 1;
  return `${one ? 'one sample is left out, since it' : `${reasons.size} samples are left out, since they`} cannot be read: ${reasonLines(reasons)}`;
}

/** A line for each reason, with its samples (slices of one file have one reason); of many, the first. */
export function reasonLines(reasons: ReadonlyMap<string, Pick<RaremaskError, 'message'>>): string {
  const byReason = new Map<string, string[]>();
  for (const [id, { message }] of reasons) {
    const own = byReason.get(message);
    if (own === undefined) byReason.set(message, [id]);
    else own.push(id);
  }
  const shown = [...byReason].slice(0, LISTED).map(([message, [first, ...more]]) => {
    if (more.length > 0) return `${first} and ${more.length} more: ${message}`;
    return message.includes(first!) ? message : `${first}: ${message}`;
  });
  const rest = byReason.size - shown.length;
  return ['', ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n  ');
}
