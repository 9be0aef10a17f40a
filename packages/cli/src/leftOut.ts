/** At most so many lines. */
const LISTED = 20;

/** Samples that could not be read, with the reason of each. */
export function leftOutText(
  unreadable: readonly { readonly id: string; readonly message: string }[],
): string {
  const shown = unreadable.slice(0, LISTED).map(({ id, message }) => `  ${id}: ${message}`);
  const rest = unreadable.length - shown.length;
  return [
    `${unreadable.length} of the samples cannot be read and are left out:`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more, which --json lists`] : []),
  ].join('\n');
}
