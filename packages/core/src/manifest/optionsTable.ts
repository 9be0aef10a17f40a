import type { OptionsSchema } from '../contracts/definition.ts';
import { describeOptions } from './describeOptions.ts';

/** A plugin, as far as a table of its options asks. */
interface Described {
  readonly options?: OptionsSchema | undefined;
}

/** The options of a plugin as a Markdown table, columns aligned; undefined where it has none. */
export function optionsTable(plugin: Described): string | undefined {
  const rows = describeOptions(plugin).map(({ option, type, default: value, meaning }) => [
    `\`${option}\``,
    type,
    value === 'required' || value === 'none' ? value : `\`${value}\``,
    meaning,
  ]);
  if (rows.length === 0) return undefined;
  const all = [['option', 'type', 'default', 'meaning'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const dashes = widths.map((width) => '-'.repeat(width));
  return [line(all[0]!), line(dashes), ...rows.map(line)].join('\n');
}

/**
 * A README with its table of options written anew: what stands between the lines
 * `<!-- options:begin -->` and `<!-- options:end -->`. A README without them comes back as it is.
 *
 * @param word of several plugins in one package, the one whose table it is: `<!-- options:begin WORD -->`
 */
export function withOptionsTable(readme: string, plugin: Described, word = ''): string {
  const [begin, end] = [
    `<!-- options:begin ${word === '' ? '' : `${word} `}-->`,
    '<!-- options:end -->',
  ];
  const start = readme.indexOf(begin);
  const stop = start < 0 ? -1 : readme.indexOf(end, start);
  if (stop < 0) return readme;
  const inner = readme.slice(start + begin.length, stop);
  const table = optionsTable(plugin) ?? 'It has no options.';
  // An empty line above and below stays where the page has one.
  const [before, after] = [/^\s*\n/.exec(inner)?.[0] ?? '\n', /\n\s*$/.exec(inner)?.[0] ?? '\n'];
  const around = inner.trim() === '' ? ['\n', '\n'] : [before, after];
  return readme.slice(0, start + begin.length) + around[0] + table + around[1] + readme.slice(stop);
}
