/** What a plugin has given, for messages that say what was expected. */
export function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'number') return String(value);
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'object')
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  return `a ${typeof value}`;
}
