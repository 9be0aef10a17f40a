import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject } from './project.ts';

test('init measures what networks cost here, and writes the time that the manifest is for', async () => {
  const project = createProject();
  const written = await raremask(
    project,
    ...['init', 'data', '--budget', '20s', '--out', 'budget.yaml'],
  );
  expect(written.status, written.stderr).toBe(0);
  const manifest = project.read('budget.yaml');
  expect(manifest).toMatch(/^\s*budget: "?20s"?/m);
  expect(manifest.replaceAll(/\s*\n\s*# */g, ' ')).toMatch(/a step takes [\d.]+ m?s here/);

  const wrong = await raremask(project, 'init', 'data', '--budget', 'soon', '--out', 'other.yaml');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('RAREMASK_BUDGET');
});

// The time counts from the start of the process: each has one of its own.
test('a training of a time ends its schedule, is scored, and goes on when it gets more time', async () => {
  const project = createProject();
  const { status, stderr } = await run(project.folder, ['train', '--budget', '6s']);
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/the budget of 6\.0 s gave \d+ epochs? of 2 expected, \d+ steps/);
  const rates = project
    .read('runs/tiny/metrics.csv')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => Number(row.split(',')[1]));
  expect(rates.at(-1)).toBeLessThan(0.1 * rates[0]!);
  expect(project.files('runs/tiny')).toContain('report.html');

  const more = await run(project.folder, ['resume', 'runs/tiny', '--budget', '10s']);
  expect(more.status, more.stderr).toBe(0);
  const after = project.read('runs/tiny/metrics.csv').trim().split('\n').length - 1;
  expect(after).toBeGreaterThan(rates.length);
});
