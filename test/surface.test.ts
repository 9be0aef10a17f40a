import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../packages/cli/src/program.ts';
import { commandLines } from '../scripts/release/surface/commands.mjs';
import { changesBetween } from '../scripts/release/surface/compare.mjs';
import { renderSurface } from '../scripts/release/surface/render.mjs';
import { schemaLines } from '../scripts/release/surface/schemas.mjs';
import { complaint, judged, surfaceFile, tooSmall } from '../scripts/release/surface/sizes.mjs';
import { typeLines } from '../scripts/release/surface/types.mjs';
import { publishedPackages } from '../scripts/release/workspace.mjs';

describe('what others see of each package', () => {
  // After a change that is meant: npm run surface -- --write, and look at git diff.
  test.each(publishedPackages().map((one) => [one.manifest.name, one] as const))(
    'of %s is as written down in surface/',
    async (_, package_) => {
      const written = readFileSync(surfaceFile(package_), 'utf8');
      const changes = changesBetween(written, await renderSurface(package_));
      expect(changes, 'Do this, if it is meant: npm run surface -- --write').toEqual([]);
    },
  );

  test('has changed since the last release by no more than the changesets say', async () => {
    expect((await tooSmall()).map(complaint)).toEqual([]);
  });
});

/** Lines of a package of one module and what it imports. */
function typesOf(modules: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-surface-'));
  try {
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), text);
    return typeLines(folder, [['.', 'index.d.ts']]).join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const BASE = {
  'index.d.ts': `import type { Made } from './made.ts';
export type { Given } from './made.ts';
/** Prose. */
export declare function defineThing(thing: Made, name?: string): Made;
export type Word = 'one' | 'two';
export declare const LIMIT = 3;
`,
  'made.d.ts': `export interface Given { readonly size: number; }
export interface Made { run(given: Given): number; readonly title: string; }
interface Hidden { readonly a: string; }
`,
};
type Edit = readonly [file: keyof typeof BASE, from: string, to: string];

function edited(...edits: readonly Edit[]): readonly string[] {
  const after: Record<string, string> = { ...BASE };
  for (const [file, from, to] of edits) {
    expect(after[file]).toContain(from);
    after[file] = after[file]!.replace(from, to);
  }
  return changesBetween(typesOf(BASE), typesOf(after)).map(({ size, text }) => `${size} ${text}`);
}

describe('a change of types', () => {
  test('is none where only prose, order or what nobody reaches has changed', () => {
    expect(edited(['index.d.ts', 'Prose', 'Other prose'])).toEqual([]);
    expect(edited(['made.d.ts', 'interface Hidden { readonly a: string; }', ''])).toEqual([]);
    const [one, two] = ['run(given: Given): number;', 'readonly title: string;'];
    expect(edited(['made.d.ts', `${one} ${two}`, `${two} ${one}`])).toEqual([]);
  });

  test('is a major where something is gone or another', () => {
    expect(edited(['index.d.ts', 'export type { Given }', 'import type { Given }'])).toEqual([
      'major gone: . Given Given',
    ]);
    expect(edited(['made.d.ts', 'readonly size: number;', ''])).toEqual([
      'major gone: Given.size number',
    ]);
    expect(edited(['made.d.ts', 'size: number', 'size: string'])).toEqual([
      'major changed: Given.size from number to string',
    ]);
    expect(edited(['index.d.ts', 'LIMIT = 3', 'LIMIT = 4'])).toEqual([
      'major changed: LIMIT from = 3 to = 4',
    ]);
    expect(edited(['index.d.ts', " | 'two'", " | 'three'"])).toEqual([
      "major gone: Word | 'two' case",
      "minor new: Word | 'three' case",
    ]);
  });

  test('is a minor where something is new that nobody must give', () => {
    expect(edited(['made.d.ts', 'size: number;', 'size: number; readonly depth: number;'])).toEqual(
      ['minor new: Given.depth number'],
    );
    expect(edited(['index.d.ts', 'name?: string', 'name?: string, place?: string'])).toEqual([
      'minor new: defineThing(2) optional string',
    ]);
    expect(
      edited(['made.d.ts', 'title: string;', 'title: string; readonly short?: string;']),
    ).toEqual(['minor new: Made.short optional string']);
  });

  test('is a major where authors would have to give something new', () => {
    expect(
      edited(['made.d.ts', 'title: string;', 'title: string; readonly unit: string;']),
    ).toEqual(['major new, to be given: Made.unit string']);
    expect(edited(['index.d.ts', 'name?: string', 'name?: string, ...more: string[]'])).toEqual([
      'minor new: defineThing(2) ...string[]',
    ]);
    expect(
      edited(['index.d.ts', 'thing: Made, name?: string', 'thing: Made, name: string']),
    ).toEqual(['major changed: defineThing(1) from optional string to string']);
  });

  test('lets a new thing ask for what it likes', () => {
    expect(
      edited([
        'index.d.ts',
        'export type Word',
        'export declare function other(a: { readonly b: number }): void;\nexport type Word',
      ]),
    ).toEqual([
      'minor new: . other other',
      'minor new: other function',
      'minor new: other() void',
      'minor new: other(0) object',
      'minor new: other(0).b number',
    ]);
  });
});

describe('a change of the command line', () => {
  type Program = ReturnType<typeof createProgram>;

  /** What changes where a program is declared otherwise. */
  function changed(declare: (program: Program, train: Program) => void): readonly string[] {
    const lines = (program: Program) => commandLines(program).join('\n');
    const program = createProgram();
    declare(program, program.commands.find((one) => one.name() === 'train')!);
    return changesBetween(lines(createProgram()), lines(program)).map(
      ({ size, text }) => `${size} ${text}`,
    );
  }

  /** Takes an option, or a command, out of a list that commander only lets grow. */
  const without = <T>(list: readonly T[], is: (one: T) => boolean) =>
    (list as T[]).splice(list.findIndex(is), 1);

  test('is nothing where the help alone is another', () => {
    expect(changed((_, train) => train.description('Other words'))).toEqual([]);
  });

  test('is a minor where a command or an option is new', () => {
    expect(changed((_, train) => train.option('--fast', 'faster'))).toEqual([
      'minor new: command raremask train[--fast] flag',
    ]);
    expect(
      changed((program) =>
        program
          .command('tidy <run> [more...]')
          .alias('clean')
          .requiredOption('-k, --keep <n>', 'so many', '3'),
      ),
    ).toEqual([
      'minor new: command raremask tidy command',
      'minor new: command raremask clean command',
      'minor new: command raremask tidy[1] word',
      'minor new: command raremask tidy[1] (required) yes',
      'minor new: command raremask tidy[2] words',
      'minor new: command raremask tidy[--keep] value',
      'minor new: command raremask tidy[-k] is --keep',
      'minor new: command raremask tidy[--keep] (required) yes',
      'minor new: command raremask tidy[--keep] (default) "3"',
    ]);
  });

  test('is a major where a command, an option or a choice is gone', () => {
    const gone = changed((program) => without(program.commands, (one) => one.name() === 'schema'));
    expect(gone[0]).toBe('major gone: command raremask schema command');
    expect(changed((_, train) => without(train.options, ({ long }) => long === '--watch'))).toEqual(
      ['major gone: command raremask train[--watch] flag'],
    );
    expect(
      changed((_, train) => {
        const backend = train.options.find(({ long }) => long === '--backend')!;
        backend.argChoices = backend.argChoices!.filter((name) => name !== 'wasm');
      }),
    ).toEqual(['major gone: command raremask train[--backend] | "wasm" case']);
  });

  test('is a major where an option takes another kind of value, or must be given', () => {
    expect(
      changed((_, train) => {
        without(train.options, ({ long }) => long === '--watch');
        train.option('--watch <port>', 'where');
      }),
    ).toEqual(['major changed: command raremask train[--watch] from flag to value']);
    expect(changed((_, train) => train.requiredOption('--why <text>', 'a reason'))).toEqual([
      'major new, to be given: command raremask train[--why] (required) yes',
      'minor new: command raremask train[--why] value',
    ]);
  });
});

describe('a change of a schema', () => {
  const before = {
    type: 'object',
    properties: {
      a: { type: 'number', minimum: 0, default: 1, description: 'Prose' },
      b: { enum: ['x'] },
    },
    required: ['b'],
    additionalProperties: false,
  };
  const changes = (after: object) =>
    changesBetween(
      schemaLines('options', before).join('\n'),
      schemaLines('options', after).join('\n'),
    ).map(({ size, text }) => `${size} ${text}`);
  const { a, b } = before.properties;

  test.each([
    ['other prose', { ...before, properties: { a: { ...a, description: 'Other' }, b } }, []],
    [
      'a further option',
      { ...before, properties: { a, b, c: { type: 'string' } } },
      ['minor new: options.c string'],
    ],
    [
      'a further word',
      { ...before, properties: { a, b: { enum: ['x', 'y'] } } },
      ['minor new: options.b | "y" case'],
    ],
    [
      'an option that is gone',
      { ...before, properties: { b } },
      ['major gone: options.a number, minimum 0', 'major gone: options.a (default) 1'],
    ],
    [
      'another default',
      { ...before, properties: { a: { ...a, default: 2 }, b } },
      ['major changed: options.a (default) from 1 to 2'],
    ],
    [
      'another range',
      { ...before, properties: { a: { ...a, minimum: 1 }, b } },
      ['major changed: options.a from number, minimum 0 to number, minimum 1'],
    ],
    [
      'an option that must be given',
      { ...before, required: ['a', 'b'] },
      ['major new, to be given: options.a (required) yes'],
    ],
    [
      'an option that need not be given',
      { ...before, required: [] },
      ['minor gone: options.b (required) yes'],
    ],
  ])('says of %s', (_, after, expected) => {
    expect(changes(after)).toEqual(expected);
  });

  test('knows cases by what they are, not by their place', () => {
    const one = { anyOf: [{ const: 'set' }, { type: 'number' }] };
    const two = { anyOf: [{ const: 'none' }, { const: 'set' }, { type: 'number' }] };
    const lines = (schema: object) => schemaLines('data', schema).join('\n');
    expect(changesBetween(lines(one), lines(two)).map(({ size }) => size)).toEqual(['minor']);
  });
});

describe('changesets', () => {
  const change = (size: 'minor' | 'major') => [{ size, text: 'gone: a b' }];
  const waiting = (type: 'patch' | 'minor' | 'major', summary = 'Something.') => [
    { summary, releases: [{ name: 'one', type }] },
  ];

  test.each([
    ['none, for a new thing', change('minor'), [], 'minor'],
    ['a patch, for a new thing', change('minor'), waiting('patch'), 'minor'],
    ['a minor, for a break', change('major'), waiting('minor'), 'major'],
    [
      'a patch that says why, for a break',
      change('major'),
      waiting('patch', 'Compatible: x'),
      'minor',
    ],
  ] as const)('%s, are too small', (_, changes, sets, needed) => {
    const [small] = judged({ name: 'one', changes, waiting: sets });
    expect(small).toMatchObject({ needed, said: sets[0]?.releases[0]?.type ?? 'none' });
    expect(complaint(small!)).toContain(`Do this: npm run changeset, with a ${needed} of one.`);
  });

  test.each([
    ['a minor, for a new thing', change('minor'), waiting('minor')],
    ['a major, for a break', change('major'), waiting('major')],
    [
      'a minor that says why, for a break',
      change('major'),
      waiting('minor', 'X.\n\nCompatible: only hosts make it.'),
    ],
    ['none, for nothing', [], []],
  ] as const)('%s, are enough', (_, changes, sets) => {
    expect(judged({ name: 'one', changes, waiting: sets })).toEqual([]);
  });
});
