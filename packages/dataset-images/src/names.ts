/** At most so many names in one message. */
const NAMED = 5;

/** The first few names, and how many there are besides. */
export function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
