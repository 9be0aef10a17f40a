/** The class of each label, by name: those that the manifest lists, or the one of the same name. */
export function classesByLabel(
  classes: readonly string[],
  listed: Readonly<Record<string, string | number | readonly (string | number)[]>> | undefined,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, name] of classes.entries()) {
    for (const label of [listed?.[name] ?? name].flat()) found.set(String(label), index);
  }
  return found;
}
