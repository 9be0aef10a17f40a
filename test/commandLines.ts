import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KINDS } from '@raremask/core';
import { createProgram } from '../packages/cli/src/program.ts';
import { root } from './pack.ts';

/** Programs of others that pages call; what they are given is theirs to know. */
const OTHERS = ['pip', 'python3', 'git', 'cp', 'cd', 'mkdir', 'ln', 'rm', 'find', 'tensorboard'];
const OF_NPX = ['vitest', 'biome', 'changeset', 'node-gyp'];
const OF_NPM = ['install', 'ci', 'test', 'pack', 'publish', 'login'];

/** Whether a block without a language is command lines. */
export function isCommands(code: string): boolean {
  return ['npm', 'npx', 'node', 'raremask', ...OTHERS].includes(code.trim().split(/\s/)[0]!);
}

/** The words of each command of a block: comments and quotes taken off, brackets of what may be left out too. */
function commandsOf(code: string): readonly (readonly string[])[] {
  return code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.split(/&&|\|\||;(?![^"]*"[^"]*$)|\s\|\s/))
    .map((line) =>
      [...line.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g)].map(([word]) =>
        word.replace(/^\[(?=-)|^['"]|['"]$|(?<!\[.*)\]$/g, ''),
      ),
    )
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .filter((words) => words.length > 0 && words[0] !== '');
}

/**
 * What is wrong with the command lines of a block.
 *
 * @param page the block's page, from the root: paths may start at its package
 */
export function faultsOfCommands(code: string, page: string): readonly string[] {
  return commandsOf(code).flatMap((words) => {
    const fault = faultOf(words, page);
    return fault === undefined ? [] : [`${words.join(' ')}: ${fault}`];
  });
}

function faultOf(words: readonly string[], page: string): string | undefined {
  const [name, ...rest] = words as [string, ...string[]];
  if (name === 'npx') {
    return faultOf(rest.slice(rest.findIndex((word) => !word.startsWith('-'))), page);
  }
  if (name === 'raremask') return faultOfRaremask(rest);
  if (name === 'raremask-phantom') return faultOfScript(PHANTOM, rest);
  if (name === 'npm') return faultOfNpm(rest, page);
  if (name === 'node') return faultOfNode(rest, page);
  const known = [...OTHERS, ...OF_NPX].includes(name.replace(/@[\d.]+$/, ''));
  return known ? undefined : `no page may call ${name}, unless it says *No test runs this: ...*`;
}

const PHANTOM = join(root, 'packages', 'dataset-phantom', 'src', 'main.ts');
type Command = ReturnType<typeof createProgram>;

const program = createProgram();

function faultOfRaremask(words: readonly string[]): string | undefined {
  let command: Command = program;
  const rest = [...words];
  while (command.commands.length > 0) {
    const word = rest.shift();
    if (word === '--help' || word === '--version') return undefined;
    const found = command.commands.find((one) => one.name() === word);
    if (found === undefined) return `${command.name()} has no command ${word}`;
    command = found;
  }
  let given = 0;
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (!word.startsWith('-')) {
      given++;
      continue;
    }
    const [flag, value] = word.split('=', 2);
    if (flag === '--help') continue;
    const option = command.options.find(({ long, short }) => flag === long || flag === short);
    if (option === undefined) return `${command.name()} has no option ${flag}`;
    if (option.required && value === undefined && rest.shift() === undefined) {
      return `${flag} wants a value`;
    }
  }
  const wanted = command.registeredArguments;
  if (given < wanted.filter(({ required }) => required).length) return 'an argument is missing';
  if (given > wanted.length && !wanted.at(-1)?.variadic) return 'there is an argument too many';
  return undefined;
}

function faultOfNpm(words: readonly string[], page: string): string | undefined {
  const [verb, ...rest] = words as [string, ...string[]];
  if (verb === 'run') {
    // Pages of templates, and those for authors, speak of the scripts that every new package has.
    const folders = ['.', dirname(page), 'templates/loss'];
    const exists = folders.some((folder) => {
      const file = join(root, folder, 'package.json');
      if (!existsSync(file)) return false;
      return rest[0]! in (JSON.parse(readFileSync(file, 'utf8')).scripts ?? {});
    });
    return exists ? undefined : `there is no script ${rest[0]}`;
  }
  if (verb === 'create') {
    if (rest[0] !== 'raremask-plugin') return `npm creates no ${rest[0]}`;
    return rest[1]! in KINDS ? undefined : `there is no kind ${rest[1]}`;
  }
  return OF_NPM.includes(verb) ? undefined : `npm ${verb} is called by no page`;
}

function faultOfNode(words: readonly string[], page: string): string | undefined {
  const [file, ...rest] = words as [string, ...string[]];
  const path = [root, join(root, dirname(page))]
    .map((folder) => join(folder, file))
    .find((one) => existsSync(one));
  return path === undefined ? `there is no ${file}` : faultOfScript(path, rest);
}

/** A script's own options stand in its source, or in that of a file that it imports. */
function faultOfScript(path: string, words: readonly string[]): string | undefined {
  const source = readFileSync(path, 'utf8');
  const imported = [...source.matchAll(/from '(\.[^']+)'/g)].map(([, name]) =>
    readFileSync(join(dirname(path), name!), 'utf8'),
  );
  const known = [source, ...imported].join('\n');
  const missing = words
    .map((word) => /^\[?--([\w-]+)/.exec(word)?.[1])
    .find(
      (name) => name !== undefined && !new RegExp(`['"\`.-]${name}\\b|\\b${name}:`).test(known),
    );
  return missing === undefined ? undefined : `${path} knows no --${missing}`;
}
