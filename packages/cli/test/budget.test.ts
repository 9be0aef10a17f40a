import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject } from './project.ts';
import { metrics } from './runFiles.ts';

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

// The time counts from the start of the process: each has one of its own. How long steps take here decides
// how many there are; that the schedule is at its end then, timedCourse.test.ts of the engine shows.
test('a training of a time ends by itself, is scored, and goes on when it gets more time', async () => {
  const project = createProject();
  const { status, stderr } = await run(project.folder, ['train', '--budget', '6s']);
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/the budget of 6\.0 s gave \d+ epochs? of 2 expected, \d+ steps/);
  const rates = metrics(project.at('runs/tiny/metrics.csv')).map(({ learning_rate }) =>
    Number(learning_rate),
  );
  expect(rates.length).toBeGreaterThan(0);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  expect(project.files('runs/tiny')).toContain('report.html');

  const more = await run(project.folder, ['resume', 'runs/tiny', '--budget', '10s']);
  expect(more.status, more.stderr).toBe(0);
  expect(more.stderr).toMatch(/the budget of 10 s gave/);
  expect(metrics(project.at('runs/tiny/metrics.csv')).length).toBeGreaterThanOrEqual(rates.length);
});
