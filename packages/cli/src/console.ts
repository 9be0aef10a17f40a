import { inWordsOf, packageManagerOf, thisMachine } from '@raremask/backends/machine';
import pc from 'picocolors';

/** Where a command writes: results on stdout, everything else on stderr. */
export interface Console {
  /** Whether the result is JSON. */
  readonly json: boolean;
  readonly color: boolean;
  /** Whether another process speaks for this one: only problems are said. */
  readonly silent?: boolean;
  /** Columns of the terminal, or 100 in a pipe. */
  readonly width: number;
  /** The result, as JSON; only called when `json` is set. */
  result(value: unknown): void;
  /** The result as text; silent when `json` is set. */
  text(text: string): void;
  note(level: 'info' | 'warn', text: string): void;
  problem(text: string, code: string): void;
}

export function createConsole(options: { readonly json: boolean }): Console {
  const color = wantsColor();
  const paint = pc.createColors(color);
  return {
    json: options.json,
    color,
    width: process.stdout.columns ?? 100,
    result: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    text: (text) => {
      if (!options.json) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note: (level, text) => {
      const said = advised(text);
      process.stderr.write(`${level === 'warn' ? paint.yellow(`warning: ${said}`) : said}\n`);
    },
    problem: (text, code) =>
      process.stderr.write(`${paint.red('error')} ${advised(text)} ${paint.dim(`[${code}]`)}\n`),
  };
}

/** Of a process for which another one speaks. @param who begins what is said all the same */
export function silenced(console: Console, who: string): Console {
  return {
    ...console,
    json: false,
    silent: true,
    result() {},
    text() {},
    note() {},
    problem: (text, code) => console.problem(`${who}: ${text}`, code),
  };
}

/** A message whose commands are those of the package manager that made this folder. */
export function advised(text: string): string {
  if (!/\bnpm /.test(text)) return text;
  return inWordsOf(packageManagerOf(thisMachine(), process.cwd()), text);
}

/** NO_COLOR and FORCE_COLOR as elsewhere; otherwise colours in a terminal only. */
function wantsColor(): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = process.env;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined) return force !== '0';
  return process.stdout.isTTY === true && process.stderr.isTTY === true;
}
