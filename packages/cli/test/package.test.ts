import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chromium, openPage } from './chromium.ts';
import { raremask } from './command.ts';
import { createProject, MANIFEST } from './project.ts';

const skipped = chromium === undefined ? ' (skipped: there is no Chromium)' : '';

test('a package predicts like its run, without what only training needs, and says what it is', async () => {
  const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 1'));
  await raremask(project, 'train', '--set', 'evaluate.cost={ miss: 2 }');
  project.write('about.md', 'For the tests alone.');
  const options = ['--license', 'MIT', '--about', 'about.md', '--no-page'];
  const made = await raremask(project, 'package', 'runs/tiny', '--out', 'handed', ...options);
  expect(made.status, made.stderr).toBe(0);
  const card = project.read('handed/README.md');
  expect(card).toContain('For the tests alone.');
  expect(card).toContain('| licence | MIT |');
  expect(card).toContain('**No test split was scored**');
  // Names of images may be names of people.
  for (const file of ['README.md', 'scores.json', 'data.json', 'decision.json']) {
    expect(project.read(`handed/${file}`)).not.toContain('scan0');
  }
  const weights = readFileSync(project.at('handed/checkpoints/best.safetensors'));
  expect(weights.includes('optimizer.')).toBe(false);
  expect(existsSync(project.at('handed/predict.html'))).toBe(false);
  for (const from of ['runs/tiny', 'handed']) {
    const { status, stderr } = await raremask(
      project,
      'predict',
      from,
      'data/images',
      '--out',
      `by/${from}`,
    );
    expect(status, stderr).toBe(0);
  }
  // The records of what predicts name the run, or the package.
  const files = project.files('by/handed').filter((file) => !file.endsWith('.json'));
  expect(files).toHaveLength(25);
  for (const file of files) {
    expect(readFileSync(project.at('by/handed', file))).toEqual(
      readFileSync(project.at('by/runs/tiny', file)),
    );
  }
  const again = await raremask(project, 'package', 'runs/tiny', '--out', 'handed');
  expect(again.stderr).toContain('RAREMASK_PACKAGE_EXISTS');
});

test.skipIf(chromium === undefined)(
  `the page of a package predicts in Chromium what the command does, opened as a file${skipped}`,
  async () => {
    const project = createProject(MANIFEST.replace('depth: 1 }', 'depth: 1, lastBias: zero }'));
    await raremask(project, 'train');
    // So little has been learnt that masks are empty with the usual threshold.
    const rule = ['--set', 'evaluate.threshold=0.45', '--set', 'evaluate.minimumSize=3'];
    const made = await raremask(project, 'package', 'runs/tiny', '--out', 'handed', ...rule);
    expect(made.status, made.stderr).toBe(0);
    await raremask(project, 'predict', 'handed', 'data/images', '--out', 'predicted');
    const page = await openPage(chromium!, project.at('handed/predict.html'));
    await page.until(`document.getElementById('state')?.textContent === 'Ready.'`);
    const names = ['scan00', 'scan01', 'scan08'];
    await page.choose(
      '#files',
      names.map((name) => project.at(`data/images/${name}.png`)),
    );
    await page.until(`document.querySelectorAll('.card').length === ${names.length}`);
    expect(await page.evaluate(`document.querySelectorAll('.failed').length`)).toBe(0);
    const files = await page.evaluate<Record<string, number[]>>(`(async () => {
      const links = [...document.querySelectorAll('a[data-path]')];
      return Object.fromEntries(await Promise.all(links.map(async (link) =>
        [link.dataset.path, [...new Uint8Array(await (await fetch(link.href)).arrayBuffer())]])));
    })()`);
    for (const name of names) {
      const mask = `masks/${name}.png`;
      expect(Buffer.from(files[mask]!)).toEqual(readFileSync(project.at('predicted', mask)));
      expect(files[`probabilities/${name}.png`]!.length).toBeGreaterThan(0);
    }
    const found =
      await page.evaluate<number>(`[...document.querySelectorAll('dl div')].filter((row) =>
      row.firstChild.textContent === 'structures' && row.lastChild.textContent !== '0').length`);
    expect(found).toBeGreaterThan(0);
    for (const width of [1280, 420]) {
      const shot = process.env.RAREMASK_SHOTS;
      const picture = await page.screenshot(width, 900);
      if (shot !== undefined) writeFileSync(`${shot}/page-${width}.png`, picture);
      // Nothing is wider than the page.
      const wide = await page.evaluate<boolean>(
        'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
      );
      expect(wide).toBe(true);
    }
  },
);
