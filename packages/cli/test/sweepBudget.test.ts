import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { Budget } from '../src/sweep/budget.ts';
import { sweepRequest } from '../src/sweep/request.ts';
import { sweepFolder } from '../src/sweep/sweepFolder.ts';
import { trialsOf } from '../src/sweep/trial.ts';
import { run } from './command.ts';
import { createProject, MANIFEST } from './project.ts';

const trials = trialsOf([{}], [0, 1, 2], undefined).map((one) => ({ ...one, command: [] }));

test('no trial begins that is not expected to end in time; one that is nearly done still may', async () => {
  const project = createProject();
  const folder = sweepFolder(project.at('sweeps/timed'));
  let now = 0;
  const outer = new AbortController();
  const opened = (text: string | undefined) =>
    new Budget(folder, { text, epochs: 10, outer: outer.signal, clock: () => now });
  const rows = (id: string, epochs: number) =>
    project.write(
      `sweeps/timed/trials/${id}/metrics.csv`,
      `epoch\n${Array.from({ length: epochs }, (_, at) => at + 1).join('\n')}\n`,
    );
  const budget = opened('100s');
  const [first, second, third] = trials as [(typeof trials)[0], ...typeof trials];
  // Nothing is known yet.
  expect(await budget.hasRoom(first)).toBe(true);
  await budget.timed(first, async () => {
    now = 60;
    rows(first.id, 10);
  });
  // Six seconds an epoch: of the 40 that are left, ten epochs would need 60, and six 36.
  expect(await budget.hasRoom(second!)).toBe(false);
  expect([budget.isLeft(second!.id), budget.isUsedUp]).toEqual([true, true]);
  expect(await budget.hasRoom(second!, 6)).toBe(true);
  rows(third!.id, 4);
  expect(await budget.hasRoom(third!)).toBe(true);
  budget.close();
  // The next call knows what was measured.
  now = 0;
  const next = opened('59s');
  expect(await next.hasRoom(second!)).toBe(false);
  next.close();
  const endless = opened(undefined);
  expect(await endless.hasRoom(second!)).toBe(true);
  expect(endless.isUsedUp).toBe(false);
  // A signal of the user is no end of the time.
  const stopped = opened('100s');
  outer.abort();
  expect([stopped.signal.aborted, stopped.isUsedUp]).toEqual([true, false]);
  stopped.close();
  endless.close();
});

test('at its end the time stops what runs', async () => {
  const folder = sweepFolder(createProject().at('sweeps/timed'));
  const { signal } = new AbortController();
  const begun = performance.now();
  const clock = () => (performance.now() - begun) / 1000;
  const budget = new Budget(folder, { text: '1s', epochs: 1, outer: signal, clock });
  expect(budget.signal.aborted).toBe(false);
  await new Promise((resolve) => budget.signal.addEventListener('abort', resolve));
  expect(clock()).toBeGreaterThan(0.99);
  expect(budget.isUsedUp).toBe(true);
  budget.close();
});

test('a budget stands in the file or on the command line, which wins', async () => {
  const project = createProject();
  const file = project.write('sweep.yaml', 'manifest: raremask.yaml\nbudget: 2h\n');
  const budgetOf = async (budget?: string) =>
    (await sweepRequest(file, { ...(budget !== undefined && { budget }) })).budget;
  expect(await budgetOf()).toBe('2h');
  expect(await budgetOf('10m')).toBe('10m');
  expect(await budgetOf('none')).toBe(undefined);
  await expect(budgetOf('soon')).rejects.toMatchObject({ code: 'RAREMASK_BUDGET' });
  project.write('sweep.yaml', 'manifest: raremask.yaml\nbudget: soon\n');
  await expect(budgetOf()).rejects.toThrow(/sweep\.yaml:2:9.*budget/);
});

test.each(further('a sweep that its budget ends', ['--budget']))(
  'a sweep that its %s ends is gone on with, and says so',
  async (option) => {
    const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 3000'));
    const parameters = ['sweep', '--seeds', '0,1', '--json'];
    const ended = await run(project.folder, [...parameters, option, '15s']);
    expect(ended.status, ended.stderr).toBe(75);
    expect(ended.stderr).toContain('The budget of 15s is used up.');
    const { trials, endedByBudget } = JSON.parse(ended.stdout);
    expect(endedByBudget).toBe('15s');
    expect(trials.map(({ state }: { state: string }) => state)).toEqual(['interrupted', 'missing']);
    project.write('raremask.yaml', MANIFEST);
  },
  120_000,
);
