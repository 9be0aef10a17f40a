import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, type Project } from './project.ts';
import { metrics, progress, tensors } from './runFiles.ts';

const kept = mkdtempSync(join(tmpdir(), 'raremask-trained-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));
let trained: Promise<void> | undefined;

async function train(): Promise<void> {
  const project = createProject();
  const { status, stderr } = await raremask(project, 'train');
  expect(status, stderr).toBe(0);
  cpSync(project.at('runs/tiny'), join(kept, 'tiny'), { recursive: true });
}

/** A project with a run of two epochs in it, trained once for this file. */
async function trainedProject(): Promise<Project> {
  trained ??= train();
  await trained;
  const project = createProject();
  cpSync(join(kept, 'tiny'), project.at('runs/tiny'), { recursive: true });
  return project;
}

const BEST = 'runs/tiny/checkpoints/best.safetensors';
const LAST = 'runs/tiny/checkpoints/last.safetensors';

/** Turns a bit of the last array of a checkpoint. */
function damage(project: Project, path: string): void {
  const bytes = readFileSync(project.at(path));
  bytes[bytes.length - 2]! ^= 4;
  writeFileSync(project.at(path), bytes);
}

test('a damaged checkpoint is named with its array, and the other one goes on in its place', async () => {
  const project = await trainedProject();
  damage(project, LAST);
  const before = project.read('runs/tiny/events.ndjson');
  const more = ['--set', 'train.epochs=3'];
  const refused = await raremask(project, 'resume', 'runs/tiny', ...more);
  expect(refused.status, refused.stderr).toBe(5);
  expect(refused.stderr).toMatch(
    /last\.safetensors: .*optimizer\.\S+ is damaged.*--checkpoint best.*RAREMASK_BROKEN_CHECKPOINT/,
  );
  expect(project.read('runs/tiny/events.ndjson')).toBe(before);
  expect(metrics(project.at('runs/tiny/metrics.csv'))).toHaveLength(2);
  const scored = await raremask(project, 'evaluate', 'runs/tiny', '--checkpoint', 'last');
  expect(scored.status).toBe(5);
  const { epoch } = progress(project.at(BEST)) as { epoch: number };
  const best = tensors(project.at(BEST));
  const resumed = await raremask(project, 'resume', 'runs/tiny', '--checkpoint', 'best', ...more);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain(`epoch ${epoch + 1}/3`);
  expect(metrics(project.at('runs/tiny/metrics.csv')).map((row) => row['epoch'])).toEqual([
    ...['1', '2', '3'],
  ]);
  expect(tensors(project.at(LAST))).not.toEqual(best);
});

test('a digit that has changed in a file of scores is no score: it is refused, and evaluate writes it anew', async () => {
  const project = await trainedProject();
  const path = project.at('runs/tiny/evaluation.json');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/("epoch": )\d/, '$19'));
  const refused = await raremask(project, 'report', 'runs/tiny');
  expect(refused.status, refused.stderr).not.toBe(0);
  expect(refused.stderr).toMatch(
    /evaluation\.json.*sha256.*raremask evaluate.*RAREMASK_REPORT_DAMAGED/s,
  );
  const scored = await raremask(project, 'evaluate', 'runs/tiny');
  expect(scored.status, scored.stderr).toBe(0);
  expect((await raremask(project, 'report', 'runs/tiny')).status).toBe(0);
});

test('weights that are not finite are refused by every command', async () => {
  const project = await trainedProject();
  for (const path of [BEST, LAST]) {
    const bytes = readFileSync(project.at(path));
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, object>;
    const name = Object.keys(header).find((key) => key.startsWith('weight.'))!;
    const [from] = (header[name] as { data_offsets: [number, number] }).data_offsets;
    bytes.writeFloatLE(Number.NaN, start + from);
    // As an earlier version would have left it.
    const { raremask: head } = header['__metadata__'] as Record<string, string>;
    const { checksums: _, ...older } = JSON.parse(head!) as Record<string, unknown>;
    const own = { ...header, __metadata__: { raremask: JSON.stringify(older) } };
    const text = Buffer.from(JSON.stringify(own));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(project.at(path), Buffer.concat([length, text, bytes.subarray(start)]));
  }
  for (const command of [
    ['evaluate', 'runs/tiny'],
    ['predict', 'runs/tiny', 'data/images', '--out', 'predictions'],
    ['export', 'runs/tiny', '--out', 'network.onnx'],
    ['resume', 'runs/tiny', '--set', 'train.epochs=3'],
  ]) {
    const { status, stdout, stderr } = await raremask(project, ...command);
    expect(status, stderr).toBe(5);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/numbers of weight\..* are not finite.*RAREMASK_CHECKPOINT_NOT_FINITE/);
  }
});

test('a run that was killed before its first checkpoint begins anew', async () => {
  const project = await trainedProject();
  const [last, rows] = [tensors(project.at(LAST)), metrics(project.at('runs/tiny/metrics.csv'))];
  for (const name of [BEST, LAST, 'runs/tiny/metrics.csv']) rmSync(project.at(name));
  const { status, stderr } = await raremask(project, 'resume', 'runs/tiny');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('before its first checkpoint: it begins anew');
  expect(metrics(project.at('runs/tiny/metrics.csv'))).toEqual(rows);
  expect(tensors(project.at(LAST))).toEqual(last);
});

test('a run whose checkpoints are gone is not begun anew over its rows', async () => {
  const project = await trainedProject();
  for (const name of [BEST, LAST]) rmSync(project.at(name));
  const { status, stderr } = await raremask(project, 'resume', 'runs/tiny');
  expect(status, stderr).toBe(5);
  expect(stderr).toMatch(/metrics\.csv has 2 epochs.*RAREMASK_CHECKPOINT_MISSING/);
});

test('a run that another process trains is left alone, and one that died is not', async () => {
  const project = await trainedProject();
  const lock = (pid: number) =>
    project.write(
      'runs/tiny/run.lock',
      JSON.stringify({ pid, host: hostname(), born: '', since: 'now' }),
    );
  lock(process.pid);
  const refused = await raremask(project, 'resume', 'runs/tiny', '--set', 'train.epochs=3');
  expect(refused.status, refused.stderr).toBe(3);
  expect(refused.stderr).toMatch(/by process \d+ on .*RAREMASK_RUN_LOCKED/);
  lock(spawnSync(process.execPath, ['-e', '']).pid);
  const resumed = await raremask(project, 'resume', 'runs/tiny', '--set', 'train.epochs=3');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(project.files('runs/tiny')).not.toContain('run.lock');
});

test('what has changed is said, followed by the record, and the jump of the rate named', async () => {
  const project = await trainedProject();
  const more = ['--set', 'train.epochs=4', '--set', 'train.clip=1'];
  const { status, stderr } = await raremask(project, 'resume', 'runs/tiny', ...more);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('train.epochs: 2 -> 4; train.clip: null -> 1');
  expect(stderr).toMatch(/the learning rate jumps: \S+ at the end of epoch 2, \S+ from here/);
  expect(project.read('runs/tiny/manifest.resolved.yaml')).toMatch(/^ {2}epochs: 4$/m);
  const again = await raremask(project, 'resume', 'runs/tiny');
  expect(again.status, again.stderr).toBe(0);
  expect(again.stderr).not.toContain('changed since');
});

test.each([
  ['data.normalize=none', /data\.normalize: "set" -> "none".*RAREMASK_RESUME_REFUSED/, 2],
  ['model.with.filters=4', /model\.with\.filters: 2 -> 4.*RAREMASK_CHECKPOINT_MISMATCH/, 5],
  ['train.average.decay=0.9', /train\.average: null -> .*RAREMASK_CHECKPOINT_MISMATCH/, 5],
  [
    'data.with.classes={ background: 0, nodule: 255, other: 7 }',
    /classes background, nodule, other.*RAREMASK_CHECKPOINT_MISMATCH/,
    5,
  ],
])(
  'a change that cannot be followed is refused before anything is written: %s',
  async (set, said, code) => {
    const project = await trainedProject();
    const contents = () =>
      project.files('runs/tiny').map((name) => [name, project.read(`runs/tiny/${name}`)]);
    const before = contents();
    const { status, stderr } = await raremask(project, 'resume', 'runs/tiny', '--set', set);
    expect(status, stderr).toBe(code);
    expect(stderr).toMatch(said);
    expect(contents()).toEqual(before);
  },
);

test.each([
  ['environment.json', '{"raremask": "1.0', 'RAREMASK_ENVIRONMENT_DAMAGED'],
  ['metrics.csv', undefined, 'RAREMASK_METRICS_DAMAGED'],
  ['splits.json', '{"train": [', 'RAREMASK_REPORT_DAMAGED'],
])('a cut %s is an error with its code', async (name, content, code) => {
  const project = await trainedProject();
  const path = `runs/tiny/${name}`;
  project.write(path, content ?? project.read(path).slice(0, -9));
  const before = project.read('runs/tiny/events.ndjson');
  for (const command of [['resume', 'runs/tiny', '--set', 'train.epochs=3'], ...report(name)]) {
    const { status, stderr } = await raremask(project, ...command);
    expect(status, stderr).toBe(5);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
  }
  expect(project.read('runs/tiny/events.ndjson')).toBe(before);
});

function report(name: string): string[][] {
  return name === 'splits.json' ? [] : [['report', 'runs/tiny']];
}

test('a run folder that cannot be written is named before training', async (context) => {
  const project = await trainedProject();
  const folder = project.at('runs/tiny');
  try {
    execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
    onTestFinished(() => {
      execFileSync('umount', [folder]);
    });
    execFileSync('mount', ['-o', 'remount,ro,bind', folder], { stdio: 'ignore' });
  } catch {
    context.skip('no right to mount');
  }
  for (const command of ['resume', 'evaluate', 'report']) {
    const { status, stderr } = await raremask(project, command, 'runs/tiny');
    expect(status, stderr).toBe(3);
    expect(stderr).toMatch(/file system is read-only.*RAREMASK_CANNOT_WRITE/);
  }
});
