import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const packages = readdirSync(join(root, 'packages'));

/** Rooms of the engine, the ground first: each imports only from those before it, and from itself. */
const FLOORS = [
  'guard',
  'ground',
  'team',
  'intensities',
  'resolution',
  'augment',
  'reading',
  'survey',
  'step',
  'runner',
  'record',
  'weights',
  'judging',
  'opening',
  'prediction',
  'inspection',
  'recommendation',
  'sentinel',
  'training',
  'jobs',
];
const GROUND = ['errors.ts'];
const JOBS = [
  'train.ts',
  'evaluate.ts',
  'predict.ts',
  'inspect.ts',
  'countPart.ts',
  'exportOnnx.ts',
  'publishedWeights.ts',
  'packaged.ts',
  'browser.ts',
  'index.ts',
];

/** Every source file of a package with the files of the same package that it imports, types included. */
function importsOf(name: string): ReadonlyMap<string, readonly string[]> {
  const source = join(root, 'packages', name, 'src');
  const files = readdirSync(source, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((file) => [
      relative(source, file),
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(
        ([, specifier]) => relative(source, resolve(dirname(file), specifier!)),
      ),
    ]),
  );
}

/** The first way from a file back to itself. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, above: readonly string[]): readonly string[] | undefined => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...above, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test.each(packages)('the imports of %s have no circle', (name) => {
  expect(circleIn(importsOf(name))).toBeUndefined();
});

test('a circle is found where there is one', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(circleIn(imports)).toEqual(['b', 'c', 'b']);
});

describe('the engine', () => {
  const roomOf = (file: string) => {
    if (GROUND.includes(file)) return 'ground';
    return JOBS.includes(file) ? 'jobs' : file.split('/')[0]!;
  };
  const floorOf = (file: string) => FLOORS.indexOf(roomOf(file));
  const imports = importsOf('engine');

  test('has no rooms but those of ARCHITECTURE.md', () => {
    const rooms = new Set([...imports.keys()].map(roomOf));
    expect([...rooms].sort()).toEqual([...FLOORS].sort());
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const rows = FLOORS.filter((room) => room !== 'ground' && room !== 'jobs');
    for (const room of rows) expect(text).toContain(`| \`${room}\``);
  });

  test('imports nothing upwards', () => {
    const upwards = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => floorOf(target) > floorOf(file))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upwards).toEqual([]);
  });
});
