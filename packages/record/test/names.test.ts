import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvText } from '../src/csv.ts';

test('a table keeps its cells, whatever names hold, and starts no formula', () => {
  const names = [
    '=1+1',
    '+a',
    '-b',
    '@c',
    'a,b',
    'a\nb',
    'a\r\nb',
    'a"b',
    "'=",
    '=HYPERLINK("x",1)',
  ];
  const text = csvText(
    ['id', 'value'],
    names.map((name) => [name, -0.5]),
    { forPeople: true },
  );
  const rows = parse(text) as string[][];
  expect(rows).toHaveLength(names.length + 1);
  for (const [index, name] of names.entries()) {
    const [id, value] = rows[index + 1]!;
    expect(id).toBe(/^[=+\-@]/.test(name) ? `'${name}` : name);
    expect(value).toBe('-0.5');
  }
});
