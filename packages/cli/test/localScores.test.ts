import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { raremask, run } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';
import { metrics, tensors } from './runFiles.ts';

/** How far the predicted area is from the true one, in pixels: less is better. */
const AREA = `import { defineScore } from '@raremask/core';
import { existsSync } from 'node:fs';
import { z } from 'zod';

export default defineScore({
  name: 'area_error',
  api: 1,
  options: z.strictObject({ factor: z.number().default(1) }),
  create: ({ factor }) => ({
    title: 'Error of the area',
    unit: 'px',
    better: 'lower',
    meaning: 'Mean difference between the predicted and the true area.',
    empty: 'An empty image counts the pixels of its alarms.',
    measure: ({ id, predicted, truth }) => {
      let difference = 0;
      for (let pixel = 0; pixel < truth.length; pixel++) difference += predicted[pixel]! - truth[pixel]!;
      if (process.env.TEST_SCORE_BROKEN && id === 'scan09' && broken()) return { error: Number.NaN };
      return { error: factor * Math.abs(difference) };
    },
    of: (set) => set.mean('error'),
  }),
});

let calls = 0;
/** From the second epoch on. */
function broken(): boolean {
  calls++;
  return calls > 1;
}
`;

const SENSITIVITY = `import { defineScore } from '@raremask/core';

export default defineScore({
  name: 'hit-rate',
  api: 1,
  create: () => ({
    title: 'Pixels found',
    short: 'pixels found',
    unit: 'share',
    better: 'higher',
    meaning: 'Hits by hits and misses, over all images together.',
    empty: 'Empty images do not change it.',
    measure: ({ hits, misses }) => ({ hits, misses }),
    of: (set) => {
      const all = set.sum('hits') + set.sum('misses');
      return all === 0 ? null : set.sum('hits') / all;
    },
  }),
});
`;

const TRACKER = `import { defineTracker } from '@raremask/core';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export default defineTracker({
  name: 'lines',
  api: 1,
  create: () => {
    let path = '';
    return {
      start: ({ folder }) => { path = join(folder, 'lines.txt'); },
      event: ({ type, validation, scores }) => {
        if (type === 'start') appendFileSync(path, scores.map(({ title }) => title).join() + '\\n');
        if (type === 'epoch') appendFileSync(path, JSON.stringify(validation) + '\\n');
      },
    };
  },
});
`;

function project(evaluate: string): Project {
  const own = createProject(
    `${MANIFEST.replace('epochs: 2', 'epochs: 4')}evaluate: ${evaluate}\ntrackers: [{ use: ./lines.ts }]\n`,
  );
  own.write('area.ts', AREA);
  own.write('found.ts', SENSITIVITY);
  own.write('lines.ts', TRACKER);
  return own;
}

const BOTH = '{ scores: [{ use: ./area.ts }, { use: ./found.ts }], score: area_error }';

test('scores of TypeScript files of their own stand wherever scores do, and one chooses the best epoch', async () => {
  const own = project(BOTH);
  const { status, stdout, stderr } = await raremask(own, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).not.toContain('warning');

  const rows = metrics(own.at('runs/tiny/metrics.csv'));
  const errors = rows.map((row) => Number(row.val_area_error));
  expect(errors.every((error) => error >= 0)).toBe(true);
  const events = own
    .read('runs/tiny/events.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; bestEpoch: number });
  const best = errors.lastIndexOf(Math.min(...errors)) + 1;
  expect(events.find(({ type }) => type === 'end')?.bestEpoch).toBe(best);

  const evaluation = JSON.parse(own.read('runs/tiny/evaluation.json'));
  expect(evaluation.epoch).toBe(best);
  expect(evaluation.scores).toEqual([
    {
      name: 'area_error',
      title: 'Error of the area',
      short: 'Error of the area',
      unit: 'px',
      better: 'lower',
      meaning: 'Mean difference between the predicted and the true area.',
      empty: 'An empty image counts the pixels of its alarms.',
    },
    expect.objectContaining({ name: 'hit-rate', short: 'pixels found' }),
  ]);
  // The whole is made of the images: |hits + alarms - (hits + misses)| on each of the three.
  const images = evaluation.images as { misses: number; alarms: number; added: object }[];
  const differences = images.map(({ misses, alarms }) => Math.abs(alarms - misses));
  expect(images.map(({ added }) => added)).toEqual(
    differences.map((difference) => expect.objectContaining({ area_error: difference })),
  );
  const mean = differences.reduce((sum, one) => sum + one, 0) / 3;
  expect(evaluation.summary.foreground.added.area_error).toBeCloseTo(mean, 12);
  expect(evaluation.summary.foreground.added['hit-rate']).toBe(
    evaluation.summary.foreground.recall,
  );
  expect(errors[best - 1]).toBeCloseTo(mean, 5);

  expect(stdout).toContain('area_error');
  const [titles, first] = own.read('runs/tiny/lines.txt').trim().split('\n');
  expect(titles).toBe('Error of the area,Pixels found');
  expect(JSON.parse(first!)).toMatchObject({ area_error: expect.any(Number) });
  const report = readFileSync(own.at('runs/tiny/report.html'), 'utf8');
  expect(report).toContain('Error of the area over the epochs');
  expect(report).toContain('Pixels found over the epochs');
  expect(report).toContain('An empty image counts the pixels of its alarms.');

  const again = await raremask(own, 'evaluate', 'runs/tiny', '--split', 'test');
  expect(again.status, again.stderr).toBe(0);
  const test = JSON.parse(own.read('runs/tiny/evaluation-test.json'));
  expect(test.summary.foreground.added).toHaveProperty('area_error');
});

test('a score that breaks in the middle is named, and the run goes on where it stopped once it is mended', async () => {
  const own = project(BOTH);
  const stopped = await run(own.folder, ['train'], { TEST_SCORE_BROKEN: '1' });
  expect(stopped.status).not.toBe(0);
  expect(stopped.stderr).toContain(
    'evaluate.scores[0] (area_error): the score gave no usable number while measuring scan09 (any foreground). Expected: a finite number or null as error. Got: NaN.',
  );
  expect(stopped.stderr).toContain('[RAREMASK_SCORE_VALUE]');
  expect(metrics(own.at('runs/tiny/metrics.csv'))).toHaveLength(1);
  const resumed = await raremask(own, 'resume', 'runs/tiny');
  expect(resumed.status, resumed.stderr).toBe(0);
  const whole = await raremask(own, 'train', '--out', 'runs/whole');
  expect(whole.status, whole.stderr).toBe(0);
  expect(metrics(own.at('runs/tiny/metrics.csv'))).toEqual(
    metrics(own.at('runs/whole/metrics.csv')),
  );
  for (const which of ['best', 'last']) {
    expect(tensors(own.at(`runs/tiny/checkpoints/${which}.safetensors`)), which).toEqual(
      tensors(own.at(`runs/whole/checkpoints/${which}.safetensors`)),
    );
  }
});

test('a score that fails on any image is named before the first step', async () => {
  const own = project('{ scores: [{ use: ./broken.ts }] }');
  own.write('broken.ts', SENSITIVITY.replace("set.sum('misses')", "set.sum('mises')"));
  const { status, stderr } = await raremask(own, 'train');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(
    /evaluate\.scores\[0\] \(hit-rate\): the score threw while summing up 1 image, 0 with foreground: measure gives no number "mises", only hits, misses, at .*broken\.ts:\d+:\d+\./,
  );
  expect(() => own.files('runs')).toThrow('ENOENT');
});

test('names are checked before anything runs: one twice, one of every run, and one that nothing has', async () => {
  const own = project(
    '{ score: area-eror, scores: [{ use: ./area.ts }, { use: ./area.ts }, { use: ./found.ts, name: missed }, { use: ./odd.ts }] }',
  );
  own.write('odd.ts', SENSITIVITY.replace('hit-rate', 'hit rate'));
  const { status, stderr } = await raremask(own, 'train');
  expect(status).toBe(2);
  expect(stderr).toContain(
    'the setting evaluate.scores[1].use is refused: another score has this name; the plugin is called "area_error", so give it another name beside use',
  );
  expect(stderr).toContain(
    'the setting evaluate.scores[2].name is refused: every run has a score of this name',
  );
  expect(stderr).toContain(
    'the setting evaluate.scores[3].use is refused: no column can be called like the plugin; the plugin is called "hit rate"',
  );
  expect(stderr).toContain(
    'the setting evaluate.score does not fit. Expected: balanced, diceForeground, pooledDice, area_error. Got: "area-eror". Do this: write area_error.',
  );
});
