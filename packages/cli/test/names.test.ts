// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the manifest's own notation
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifest } from '@raremask/core/manifest';
import { expect, test } from 'vitest';
import { STANDARD } from '../src/manifestArguments.ts';
import { raremask, run } from './command.ts';
import { createProject, grey, MANIFEST } from './project.ts';

test('names of classes do not lead out of the folder of predictions', async () => {
  const outside = MANIFEST.replace('nodule: 255', '"../../../nodule": 255');
  const refused = await raremask(createProject(outside), 'train');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('leads to another folder');

  // Nor do those of a run that comes from someone else.
  const three = MANIFEST.replace('nodule: 255', 'nodule: 255, crack: 9');
  const project = createProject(three);
  const trained = await raremask(project, 'train');
  expect(trained.status, trained.stderr).toBe(0);
  const file = project.at('runs/tiny/checkpoints/best.safetensors');
  const bytes = readFileSync(file);
  const changed = bytes.toString('latin1').replaceAll('nodule', '../../');
  writeFileSync(file, Buffer.from(changed, 'latin1'));
  const { status, stderr } = await raremask(
    project,
    ...['predict', 'runs/tiny', 'data/images', '--out', 'a/b/out', '--checkpoint', 'best'],
  );
  expect(status).not.toBe(0);
  expect(stderr).not.toMatch(/RAREMASK_BUG|^\s+at /m);
  const written = project.files('.').filter((name) => name.startsWith('a/'));
  expect(written.filter((name) => !name.startsWith('a/b/out/'))).toEqual([]);
});

test.each(['.', '..', '...'])('a run is not called %s', async (name) => {
  const { status, stderr } = await raremask(createProject(), 'train', '--set', `name=${name}`);
  expect(status).toBe(2);
  expect(stderr).toContain('name');
});

test('a file that is no list is not told of', async () => {
  const project = createProject();
  const secret = 'root:x:0:0:the keys are below the mat';
  project.write('secret.txt', `${secret}\n${'x'.repeat(4000)}\n`);
  const { status, stderr } = await raremask(
    project,
    ...['inspect', '--set', 'data.split={ train: secret.txt, validation: val.txt, test: null }'],
  );
  expect(status).not.toBe(0);
  expect(stderr).not.toContain('below the mat');
  const listed = await raremask(project, ...['train', '--set', 'data.split.train=secret.txt']);
  expect(listed.status).toBe(5);
  expect(listed.stderr).toContain('RAREMASK_LIST_OF_SOMETHING_ELSE');
  expect(listed.stderr).not.toContain('below the mat');
  const table = await raremask(
    project,
    ...[
      'train',
      '--set',
      'data.split.train={ file: secret.txt, column: split, value: train, id: id }',
    ],
  );
  expect(table.status).toBe(5);
  expect(table.stderr).not.toContain('x'.repeat(100));
});

test('what looks like a secret is not written into the run folder', async () => {
  const project = createProject(
    `${MANIFEST}trackers: [{ use: ./tracker.mjs, with: { token: "\${env:SOME_VALUE}", note: "\${env:MY_API_KEY}", plain: "\${env:PLAIN}" } }]\n`,
  );
  project.write(
    'tracker.mjs',
    `import { defineTracker } from '@raremask/core';
import { writeFileSync } from 'node:fs';
import * as z from 'zod';
export default defineTracker({
  name: 'told',
  api: 1,
  options: z.strictObject({ token: z.string(), note: z.string(), plain: z.string() }),
  create: ({ token }) => ({
    start(run) {
      writeFileSync(new URL('./told.json', import.meta.url), JSON.stringify({ token, manifest: run.manifest }));
    },
  }),
});
`,
  );
  const env = { SOME_VALUE: 'hush-hush-1', MY_API_KEY: 'hush-hush-2', PLAIN: 'said' };
  const { status, stderr } = await run(project.folder, ['train'], env);
  expect(status, stderr).toBe(0);
  for (const name of project.files('runs')) {
    expect(readFileSync(join(project.at('runs'), name), 'latin1'), name).not.toContain('hush-hush');
  }
  const written = project.read('runs/tiny/manifest.resolved.yaml');
  for (const text of ['${env:SOME_VALUE}', '${env:MY_API_KEY}', 'plain: said']) {
    expect(written).toContain(text);
  }
  const { token, manifest } = JSON.parse(project.read('told.json'));
  expect(token).toBe('hush-hush-1');
  expect(manifest.trackers[0].with).toEqual({
    token: '${env:SOME_VALUE}',
    note: '${env:MY_API_KEY}',
    plain: 'said',
  });
  const again = await run(project.folder, ['resume', 'runs/tiny', '--set', 'train.epochs=3'], env);
  expect(again.status, again.stderr).toBe(0);
});

/** Loads a manifest's text; its mistakes as one text. */
async function mistakesOf(text: string): Promise<string> {
  const project = createProject();
  const file = project.write('odd.yaml', text);
  return await loadManifest([file], { standard: STANDARD }).then(
    () => '',
    (error: Error) => error.message,
  );
}

test('YAML that multiplies, is huge or very deep ends at once', async () => {
  const list = (name: string) => `[${Array.from({ length: 9 }, () => name).join(', ')}]`;
  const aliases = ['a0: &a0 [x]'];
  for (let level = 1; level < 12; level++) {
    aliases.push(`a${level}: &a${level} ${list(`*a${level - 1}`)}`);
  }
  const keys = Array.from({ length: 100_000 }, (_, index) => `key${index}: ${index}`);
  const started = performance.now();
  expect(await mistakesOf(aliases.join('\n'))).toContain('holds more than');
  expect(await mistakesOf(keys.join('\n'))).toContain('holds more than');
  expect(await mistakesOf(`a: ${'['.repeat(50_000)}`)).not.toBe('');
  expect(await mistakesOf('name: a\nname: b\n')).toMatch(/odd\.yaml:2:1.*name/);
  // Minutes where each key is compared with each, or each alias followed.
  expect(performance.now() - started).toBeLessThan(60_000);
});

test('a polygon that leads to nowhere near the image breaks its image, at once', async () => {
  const far = MANIFEST.replace('masks: "masks/{id}.png", ', '').replace(
    'root: data',
    'root: data, coco: { file: coco.json }',
  );
  const project = createProject(far);
  const ids = Array.from({ length: 12 }, (_, index) => `scan${`${index}`.padStart(2, '0')}`);
  const coco = {
    images: ids.map((id, index) => ({ id: index, file_name: `${id}.png`, width: 16, height: 16 })),
    categories: [{ id: 1, name: 'nodule' }],
    annotations: ids.map((_, index) => ({
      image_id: index,
      category_id: 1,
      segmentation: [index === 2 ? [0, 0, 1e12, 0, 1e12, 1e12] : [-4, -4, 5, 0, 5, 5, 0, 5]],
    })),
  };
  project.write('data/coco.json', JSON.stringify(coco));
  const { status, stdout, stderr } = await raremask(project, 'inspect', '--json');
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout).unreadable).toMatchObject([
    { id: 'scan02', message: expect.stringContaining('1000000000000') },
  ]);
});

test('a name with a line break or a formula harms no table of predictions', async () => {
  const project = createProject();
  const trained = await raremask(project, 'train');
  expect(trained.status, trained.stderr).toBe(0);
  const names = ['=1+1', 'a,b', 'line\nbreak'];
  for (const name of names)
    project.write(
      `new/${name}.png`,
      grey((x, y) => 60 + ((x * 7 + y) % 31)),
    );
  const { status, stderr } = await raremask(
    project,
    ...['predict', 'runs/tiny', 'new', '--out', 'out'],
  );
  expect(status, stderr).toBe(0);
  const table = project.read('out/predictions.csv');
  for (const cell of ["\n'=1+1,16,", '\n"a,b",16,', '\n"line\nbreak",16,'])
    expect(table).toContain(cell);
});
