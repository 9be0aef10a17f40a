import { prepareBackend } from '@raremask/backends';
import { loadManifest } from '@raremask/core/manifest';
import { openData, type RunEvent, type TrainResult, train } from '@raremask/engine';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

/** Answers for so many windows, and then no more, until a file says that it is mended. */
const stuckAfter = (windows: number) => `import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineAugmentation } from '@raremask/core';

let windows = 0;
export default defineAugmentation({
  name: 'stuck',
  api: 1,
  create: () => ({
    window() {
      windows++;
      const isMended = existsSync(join(import.meta.dirname, 'mended'));
      return windows <= ${windows} || isMended ? undefined : new Promise(() => {});
    },
  }),
});
`;

const BACKEND = { name: 'wasm', reason: 'wasm', notes: [] };

/** Trains, and fires the signal once it is said that something is waited for. */
async function trained(project: Project, resume?: string) {
  const loaded = await loadManifest([project.at('raremask.yaml')]);
  const stop = new AbortController();
  const said: string[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.type !== 'note' || !event.text.startsWith('waiting')) return;
    said.push(event.text);
    stop.abort();
  };
  const { signal } = stop;
  const data = await openData(loaded, onEvent, { run: resume, signal, patience: [3, 5, 5] });
  try {
    const run = { backend: BACKEND, version: '0.0.0', onEvent, signal };
    const result: TrainResult = await train(data, { ...run, ...(resume && { resume }) });
    return { result, said };
  } finally {
    await data.close();
  }
}

// A batch has four windows, an epoch two batches. The main thread reads two batches at the same time.
test.each([
  [1, 4, { epochs: 0, steps: 1 }],
  ...further('no thread that reads', [[0, 8, { epochs: 1, steps: 2 }]] as const),
] as const)(
  'a run whose augmentation does not answer says so, is saved at a signal, and goes on, %i workers',
  async (workers, windows, done) => {
    await prepareBackend('wasm');
    const project = createProject(
      MANIFEST.replace('workers: 0', `workers: ${workers}, augment: [{ use: ./stuck.mjs }]`),
    );
    project.write('stuck.mjs', stuckAfter(windows));
    const { result, said } = await trained(project);
    expect(result).toMatchObject({ interrupted: true, ...done });
    // On a busy machine the window of the other batch may be named before the signal is heard.
    expect(said.length).toBeGreaterThanOrEqual(1);
    for (const text of said) {
      expect(text).toMatch(
        /^waiting for 3 s for train\.augment\[0\] \(stuck\), window of scan\d+$/,
      );
    }
    expect(project.read('runs/tiny/events.ndjson')).toContain(said[0]);
    project.write('mended', '');
    const { result: whole } = await trained(project, project.at('runs/tiny'));
    expect(whole).toMatchObject({ interrupted: false, epochs: 2, steps: 4 });
  },
);

/** Spins for the third window in a thread, until a file says that it is mended. */
const SPINNING = `import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineAugmentation } from '@raremask/core';

let windows = 0;
function spin() {
  const mended = join(import.meta.dirname, 'mended');
  while (!existsSync(mended)) windows++;
}
export default defineAugmentation({
  name: 'spinning',
  api: 1,
  create: () => ({
    window() {
      windows++;
      if (windows > 4) spin();
    },
  }),
});
`;

test('a loop without an end in a thread that reads is named with its line, given up at a signal, and the run goes on', async () => {
  await prepareBackend('wasm');
  const project = createProject(
    MANIFEST.replace('workers: 0', 'workers: 1, augment: [{ use: ./spinning.mjs }]'),
  );
  project.write('spinning.mjs', SPINNING);
  const { result, said } = await trained(project);
  expect(result).toMatchObject({ interrupted: true, epochs: 0, steps: 1 });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^waiting for 3 s for a thread that reads scan\d+, .*, in spin \(.*spinning\.mjs:8\), called by window \(.*spinning\.mjs:16\)/,
  );
  project.write('mended', '');
  const { result: whole } = await trained(project, project.at('runs/tiny'));
  expect(whole).toMatchObject({ interrupted: false, epochs: 2, steps: 4 });
});
