import { parse } from 'yaml';
import { lossWord } from '../errors.ts';

/** `@raremask/loss-dice`, or YAML: `{ use: "@raremask/loss-dice", with: { smooth: 1 } }`. */
export function wordOf(word: string): { readonly use: string; readonly options: unknown } {
  if (!word.trimStart().startsWith('{')) return { use: word, options: {} };
  let value: unknown;
  try {
    value = parse(word);
  } catch (error) {
    throw lossWord(word, (error as Error).message.split('\n')[0]!);
  }
  const { use, with: options = {} } = value as { use?: unknown; with?: unknown };
  if (typeof use !== 'string') throw lossWord(word, 'a map without use');
  return { use, options };
}

/** What a loss is called in tables: its short name and the options that were written. */
export function shownName(use: string, options: unknown): string {
  const short = use.replace(/^@raremask\//, '');
  const written = Object.entries(options as Record<string, unknown>);
  if (written.length === 0) return short;
  return `${short} ${written.map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')}`;
}
