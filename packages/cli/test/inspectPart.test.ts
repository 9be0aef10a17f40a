import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST } from './project.ts';

test('shares of a set are counted apart, by several processes at once, and put together by inspect', async () => {
  const project = createProject(MANIFEST);
  const whole = await raremask(project, 'inspect', '--json');
  expect(whole.status, whole.stderr).toBe(0);
  rmSync(join(project.folder, '.raremask'), { recursive: true });
  const parts = await Promise.all(
    [1, 2, 3].map((number) => run(project.folder, ['inspect', '--part', `${number}/3`, '--json'])),
  );
  const counts = parts.map(({ status, stdout, stderr }) => {
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as { samples: number; counted: number; unreadable: unknown[] };
  });
  const [{ samples }] = counts as [(typeof counts)[number]];
  expect(counts.reduce((sum, { counted }) => sum + counted, 0)).toBe(samples);
  expect(readdirSync(join(project.folder, '.raremask'))).toHaveLength(3);
  const together = await raremask(project, 'inspect', '--json');
  expect(JSON.parse(together.stdout)).toEqual(JSON.parse(whole.stdout));
  expect(together.stderr).not.toContain('reading images');
});

test('a share is one of a manifest, and not a page', async () => {
  const project = createProject(MANIFEST);
  const page = await raremask(project, 'inspect', '--part', '1/2', '--html', 'page.html');
  expect(page.status).toBe(2);
  expect(page.stderr).toContain('--part');
  const folder = await raremask(project, 'inspect', '.', '--part', '1/2');
  expect(folder.status).not.toBe(0);
  expect(folder.stderr).toContain('RAREMASK_PART_OF_FOLDER');
  const none = await raremask(project, 'inspect', '--part', '3/2');
  expect(none.stderr).toContain('for example 3/16');
});
