/** What stands for a part of a path: `{id}`, `{part}`, or `{part:train,val}`, which is one of these. */
const PLACEHOLDER = /\{([a-z]\w*)(?::([^{}]*))?\}/gi;

/** What stands for the name of a class, in masks alone. */
const CLASS = 'class';

interface Placeholder {
  readonly name: string;
  /** What it may be; anything where they are left out. */
  readonly choices: readonly string[];
}

/**
 * Names of the placeholders of a pattern of images, each once, in their order. An id is what they stand for, with /
 * between; `id` alone where there are no others.
 */
export function namesIn(images: string): readonly string[] {
  const names = placeholdersIn(images).map(({ name }) => name);
  return names.length === 0 ? ['id'] : [...new Set(names)];
}

export function placeholdersIn(pattern: string): readonly Placeholder[] {
  return [...pattern.matchAll(PLACEHOLDER)].flatMap(([, name, choices]) =>
    name === CLASS ? [] : [{ name: name!, choices: choices?.split(',') ?? [] }],
  );
}

/** A pattern with what its placeholders stand for in an id. */
export function filled(pattern: string, names: readonly string[], id: string): string {
  if (names.length === 1) return pattern.replaceAll('{id}', () => id);
  const values = id.split('/');
  return pattern.replace(PLACEHOLDER, (written, name: string) => {
    const at = names.indexOf(name);
    return at < 0 ? written : (values[at] ?? written);
  });
}

/** A pattern in which something else stands in the place of its placeholders. */
export function replaced(pattern: string, by: (one: Placeholder) => string): string {
  return pattern.replace(PLACEHOLDER, (written, name: string, choices?: string) =>
    name === CLASS ? written : by({ name, choices: choices?.split(',') ?? [] }),
  );
}

/** A pattern as its placeholders and the texts between them, in order. */
export function apart(pattern: string): readonly (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let from = 0;
  for (const found of pattern.matchAll(PLACEHOLDER)) {
    const [written, name, choices] = found;
    if (name === CLASS) continue;
    parts.push(pattern.slice(from, found.index), {
      name: name!,
      choices: choices?.split(',') ?? [],
    });
    from = found.index + written.length;
  }
  parts.push(pattern.slice(from));
  return parts;
}
