/** At most so many lines. */
const LISTED = 20;

/** Samples that could not be read, with the reason of each. */
export function leftOutText(
  unreadable: readonly { readonly id: string; readonly message: string }[],
): string {
  const byReason = new Map<string, string[]>();
  for (const { id, message } of unreadable) {
    const own = byReason.get(message);
    if (own === undefined) byReason.set(message, [id]);
    else own.push(id);
  }
  // Slices of one file have one reason.
  const shown = [...byReason]
    .slice(0, LISTED)
    .map(([message, [first, ...more]]) =>
      more.length > 0 ? `  ${first} and ${more.length} more: ${message}` : `  ${first}: ${message}`,
    );
  const rest = byReason.size - shown.length;
  return [
    `${unreadable.length} of the samples cannot be read and are left out:`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more reasons, which --json lists`] : []),
  ].join('\n');
}
