export function typeLines(
  folder: string,
  entries: readonly (readonly [name: string, file: string])[],
): readonly string[];
