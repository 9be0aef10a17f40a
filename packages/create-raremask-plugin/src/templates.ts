import { readFileSync } from 'node:fs';

/** Files by their path, with `/`. */
export type Template = Readonly<Record<string, string>>;

let collected: Readonly<Record<string, Template>> | undefined;

/** The template of each kind of plugin. */
export function templates(): Readonly<Record<string, Template>> {
  collected ??= JSON.parse(
    readFileSync(new URL('../dist/templates.json', import.meta.url), 'utf8'),
  ) as Readonly<Record<string, Template>>;
  return collected;
}
