/** What stands for a part of a path: `{id}`, `{part}`, or `{part:train,val}`, which is one of these. */
const PLACEHOLDER = /\{([a-z]\w*)(?::([^{}]*))?\}/gi;

/** What stands for the name of a class, in masks alone: a text like others here. */
const CLASS = 'class';

export interface Placeholder {
  readonly name: string;
  /** What it may be; anything where they are left out. */
  readonly choices: readonly string[];
}

/** A pattern as its placeholders and the texts between them, in order. */
export function apart(pattern: string): readonly (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let from = 0;
  for (const { 0: written, 1: name = '', 2: choices, index } of pattern.matchAll(PLACEHOLDER)) {
    if (name === CLASS) continue;
    parts.push(pattern.slice(from, index), { name, choices: choices?.split(',') ?? [] });
    from = index + written.length;
  }
  return [...parts, pattern.slice(from)];
}

export function placeholdersIn(pattern: string): readonly Placeholder[] {
  return apart(pattern).filter((part) => typeof part !== 'string');
}

/**
 * Names of the placeholders of a pattern of images, each once, in their order. An id is what they stand for, with /
 * between; `id` alone where there are no others.
 */
export function namesIn(images: string): readonly string[] {
  const names = placeholdersIn(images).map(({ name }) => name);
  return names.length === 0 ? ['id'] : [...new Set(names)];
}

/** A pattern with something else in the place of its placeholders. */
export function replaced(pattern: string, by: (one: Placeholder) => string): string {
  return apart(pattern)
    .map((part) => (typeof part === 'string' ? part : by(part)))
    .join('');
}

/** A pattern with what its placeholders stand for in an id. */
export function filled(pattern: string, names: readonly string[], id: string): string {
  if (names.length === 1) return pattern.replaceAll('{id}', () => id);
  const values = id.split('/');
  return replaced(pattern, ({ name }) => values[names.indexOf(name)] ?? `{${name}}`);
}
