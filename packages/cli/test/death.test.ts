import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { numbers } from '../../../test/seededDamage.ts';
import { raremask, run } from './command.ts';
import { createProject, type Project } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

const DYING = `--import=${pathToFileURL(join(import.meta.dirname, 'dying.mjs'))}`;

/** What a run of two epochs leaves. */
function leftBy(project: Project, name: string) {
  return {
    metrics: metrics(project.at(name, 'metrics.csv')),
    best: tensors(project.at(name, 'checkpoints/best.safetensors')),
    last: tensors(project.at(name, 'checkpoints/last.safetensors')),
    events: epochsIn(project, name),
  };
}

/** Epochs of the journal, every line of which is whole but one that the death has cut. */
function epochsIn(project: Project, name: string): readonly number[] {
  const lines = readFileSync(project.at(name, 'events.ndjson'), 'utf8').trim().split('\n');
  const events = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as { type: string; epoch: number }];
    } catch {
      return [];
    }
  });
  // A death within a line leaves it cut; those after it are whole.
  expect(lines.length - events.length).toBeLessThanOrEqual(5);
  return events.flatMap(({ type, epoch }) => (type === 'epoch' ? [epoch] : []));
}

let whole: Promise<ReturnType<typeof leftBy> & { readonly writes: number }> | undefined;

async function uninterrupted() {
  const project = createProject();
  const count = project.at('count');
  const { status, stderr } = await run(project.folder, ['train'], {
    ...{ NODE_OPTIONS: DYING, TEST_COUNT: count },
  });
  expect(status, stderr).toBe(0);
  const writes = Number.parseInt(readFileSync(count, 'utf8'), 10);
  expect(epochsIn(project, 'runs/tiny')).toEqual([1, 2]);
  return { ...leftBy(project, 'runs/tiny'), writes };
}

/** A training killed at one of its writes, and gone on with. */
async function killedAt(write: number, least = 0): Promise<void> {
  whole ??= uninterrupted();
  const { writes, ...expected } = await whole;
  const project = createProject();
  const count = project.at('count');
  const env = { NODE_OPTIONS: DYING, TEST_WRITE: `${write}`, TEST_COUNT: count };
  const killed = await run(project.folder, ['train'], env);
  const where = `write ${write} of ${writes}: ${readFileSync(count, 'utf8')}`;
  expect(killed.status, where).toBe(null);
  const resumed = await raremask(project, 'resume', 'runs/tiny');
  if (resumed.stderr.includes('RAREMASK_NOT_A_RUN')) {
    // The manifest is the last file of a new run folder.
    expect(write, where).toBeLessThanOrEqual(least);
    return;
  }
  expect(resumed.status, `${where}\n${resumed.stderr}`).toBe(0);
  expect(leftBy(project, 'runs/tiny'), where).toEqual(expected);
  expect(project.files('runs/tiny').filter((name) => /partial|lock/.test(name))).toEqual([]);
}

/** Writes until the resolved manifest is there: two for each of three files. */
const HEAD = 6;

test('a run that dies at any of its writes goes on without losing a row, a weight or an event', async () => {
  whole ??= uninterrupted();
  const { writes } = await whole;
  expect(writes).toBeGreaterThan(30);
  const next = numbers(11);
  await killedAt(HEAD + 1 + Math.floor(next() * (writes - HEAD - 12)));
});

test.each(
  further(
    'fifty deaths at writes',
    Array.from({ length: 50 }, (_, index) => index),
  ),
)('death %i of fifty, at a write', async (index) => {
  whole ??= uninterrupted();
  const { writes } = await whole;
  await killedAt(1 + Math.floor((index * writes) / 50), HEAD);
});

// Of a command of three to five seconds; the kills of one training follow each other.
test.each(
  further(
    'fifty deaths at random moments',
    Array.from({ length: 10 }, (_, index) => index),
  ),
)('five deaths at random moments, training %i of ten', { timeout: 600_000 }, async (index) => {
  whole ??= uninterrupted();
  const { writes: _, ...expected } = await whole;
  const project = createProject();
  const next = numbers(100 + index);
  for (let death = 0; death < 5; death++) {
    const begun = existsSync(project.at('runs/tiny/manifest.resolved.yaml'));
    if (!begun) rmSync(project.at('runs'), { recursive: true, force: true });
    const command = begun ? ['resume', 'runs/tiny'] : ['train'];
    const { status, stderr } = await run(
      project.folder,
      command,
      {},
      Math.round(800 + next() * 4000),
    );
    expect([null, 0], stderr).toContain(status);
  }
  const begun = existsSync(project.at('runs/tiny/manifest.resolved.yaml'));
  if (!begun) rmSync(project.at('runs'), { recursive: true, force: true });
  const ended = await raremask(project, ...(begun ? ['resume', 'runs/tiny'] : ['train']));
  expect(ended.status, ended.stderr).toBe(0);
  expect(leftBy(project, 'runs/tiny')).toEqual(expected);
});
