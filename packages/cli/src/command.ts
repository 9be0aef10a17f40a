import { readFileSync } from 'node:fs';
import { BACKENDS, PRECISIONS } from '@raremask/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Console, createConsole } from './console.ts';
import { plugAndPlay } from './errors.ts';
import { reportFailure } from './failure.ts';

/** The version of the command line. */
export const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** What the options of all commands have in common. */
interface Shared {
  readonly json?: boolean;
}

/** Declares one command of the program. What it does is imported when it is called. */
export type Declare = (program: Command) => unknown;

/** A command whose result can be had as JSON. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--json', 'the result as JSON on stdout');
}

/** Runs a command's work and turns what happened into the exit status. */
export function action<A extends unknown[]>(
  work: (console: Console, ...parameters: A) => Promise<number>,
): (...parameters: A) => Promise<void> {
  return async (...parameters) => {
    // Commander passes the arguments, then the options, then the command itself.
    const options = parameters.at(-2) as Shared | undefined;
    const console = createConsole({ json: options?.json === true });
    try {
      if (process.versions['pnp'] !== undefined) throw plugAndPlay();
      process.exitCode = await work(console, ...parameters);
    } catch (error) {
      process.exitCode = reportFailure(error, console, version);
    }
  };
}

/** The arguments and options of a call as words, but for some options: for the same command in another process. */
export function wordsOf(called: Command, except: readonly string[]): string[] {
  const options = called.options.flatMap((option) => {
    const name = option.attributeName();
    if (called.getOptionValueSource(name) !== 'cli' || except.includes(option.long!)) return [];
    const value: unknown = called.getOptionValue(name);
    // Of --name and --no-name one was given.
    if (typeof value === 'boolean') return value === !option.negate ? [option.long!] : [];
    return [value].flat().flatMap((one) => [option.long!, String(one)]);
  });
  return [called.name(), ...options, '--', ...called.args];
}

export function repeated(flags: string, description: string): Option {
  return new Option(flags, `${description}; repeatable`).argParser(
    (value: string, before: string[] = []) => [...before, value],
  );
}

export function filesOption(): Option {
  return repeated('-f, --file <file>', 'another manifest whose values win');
}

/** @param example a setting of which this command makes something */
export function setOption(example: string): Option {
  return repeated(
    '--set <key=value>',
    `override a value, for example ${example}; null takes it away`,
  );
}

export function backendOption(): Option {
  return new Option('--backend <name>', "override the manifest's backend").choices([...BACKENDS]);
}

export function precisionOption(): Option {
  return new Option('--precision <name>', "override the manifest's precision").choices([
    ...PRECISIONS,
  ]);
}

/** @param description what is done with one of several shares */
export function partOption(description: string): Option {
  return new Option('--part <k/n>', description).argParser((text: string) => {
    const [, number, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
    if (number === undefined || of === undefined || number < 1 || number > of) {
      throw new InvalidArgumentError('Write which of how many, from 1, for example 3/16.');
    }
    return { number, of };
  });
}

export function budgetOption(): Option {
  return new Option(
    '--budget <time>',
    'time for the whole command, for example 10m; overrides train.budget; none: the epochs decide',
  );
}

export function untilEpochOption(): Option {
  return new Option(
    '--until-epoch <n>',
    'stop once so many epochs of the run are done, as Ctrl-C does; resume goes on',
  ).argParser((text: string) => {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 on.');
    return Number(text);
  });
}

/** For the call that a job of Slurm makes, and for nobody else. */
export function followOption(): Option {
  return new Option('--follow <epoch>', 'the rung of halving whose tasks have ended')
    .argParser(Number)
    .hideHelp();
}

export function checkpointOption(): Option {
  return new Option(
    '--checkpoint <which>',
    'which weights (default: evaluate.checkpoint of the run)',
  ).choices(['best', 'last']);
}

/** @param what of this command runs there */
export function onOption(what: string): Option {
  return new Option(
    '--on <where>',
    `where ${what}: slurm, a job array; left out, this machine`,
  ).choices(['slurm']);
}

export function sbatchOption(): Option {
  return repeated(
    '--sbatch <options>',
    'what sbatch gets, for example "--partition=gpu --time=2:00:00"',
  );
}
