import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as surface from '../src/index.ts';
import { writeReport } from '../src/report.ts';
import { type FixtureOptions, writeRun } from './runFixture.ts';

// Drawing charts is slow on a machine that is busy with other suites.
vi.setConfig({ testTimeout: 60_000 });

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function reportOf(options: FixtureOptions = {}): Promise<string> {
  await writeRun(folder, { size: [32, 32], ...options });
  return readFileSync(await writeReport(folder), 'utf8');
}

/** The page as a reader sees it, without pictures. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ');
}

/** Numbers in the page, without the pictures' data, in which anything can stand. */
function badNumbers(page: string): string[] {
  return page.replace(/base64,[^"]*/g, '').match(/.{0,40}\b(NaN|Infinity|undefined|null)\b/g) ?? [];
}

function occurrences(text: string, part: string | RegExp): number {
  return text.split(part).length - 1;
}

describe('the report', () => {
  test('is one file that loads nothing and runs nothing', async () => {
    const page = await reportOf();
    for (const forbidden of [
      /https?:/i,
      /<(script|link|iframe|object|embed|base|form)\b/i,
      /@import|url\(/,
      /\son\w+=/i,
    ]) {
      expect(page.match(forbidden)?.[0]).toBeUndefined();
    }
    for (const [, source] of page.matchAll(/\ssrc="([^"]{0,22})/g)) {
      expect(source).toBe('data:image/png;base64,');
    }
    for (const [, target] of page.matchAll(/\shref="([^"]*)"/g)) {
      expect(target).toMatch(/^#/);
      expect(page).toContain(`id="${target!.slice(1)}"`);
    }
  });

  test('has the pair, the verdict, curves, both galleries, scores and settings', async () => {
    const page = await reportOf();
    expect(badNumbers(page)).toEqual([]);
    const evaluation = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'));
    const { diceForeground } = evaluation.summary.foreground;
    expect(page).toContain(`<div class="number">${diceForeground.toFixed(3)}</div>`);
    const text = textOf(page);
    for (const part of [
      'Dice on images with foreground',
      'False alarms on images without',
      'Finds structures.',
      'Both kinds of error over the epochs',
      'Dice, with foreground alarms, without missed', // the names of the lines
      'Loss by term',
      'loss dice cross-entropy',
      'Worst misses',
      'False alarms on empty images',
      'Where it works',
      'Scores and what they mean',
      'Geometric mean of Dice on images with foreground',
      'What other packages would print',
      'nnU-Net',
      'manifest.resolved.yaml',
      'learningRate: 0.002',
      'wasm with the training kernels',
      '2 training images are all of one value',
    ]) {
      expect(text).toContain(part);
    }
    expect(occurrences(page, '<svg')).toBe(6);
    const shown = readdirSync(join(folder, 'overlays'), { recursive: true, encoding: 'utf8' });
    expect(occurrences(page, '<img ')).toBe(shown.filter((name) => name.endsWith('.png')).length);
  });

  test('marks the best epoch that the run recorded', async () => {
    await writeRun(folder, { size: [32, 32], epochs: 6 });
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8');
    writeFileSync(
      join(folder, 'events.ndjson'),
      events.replace(/"bestEpoch":\d+/, '"bestEpoch":4'),
    );
    expect(readFileSync(await writeReport(folder), 'utf8')).toContain('Dotted: epoch 4, the best.');
  });

  test('escapes what users have named', async () => {
    const attack = '<img src=x onerror="alert(1)">&\'';
    const page = await reportOf({
      name: attack,
      remark: attack,
      ids: (index) => `${index}${attack}`,
    });
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;');
  });

  test('labels synthetic data at the top and at the pictures', async () => {
    const text = textOf(await reportOf({ remark: 'SYNTHETIC: no scanner, no patient.' }));
    expect(text).toContain('Synthetic data. SYNTHETIC: no scanner, no patient.');
    expect(text).toContain('Images (synthetic images)');
    expect(textOf(await reportOf())).not.toMatch(/synthetic/i);
  });

  test('has what the sentinel said, of epochs that count, and its advice first', async () => {
    await writeRun(folder, { size: [32, 32], alarms: 0.9 });
    const finding = (epoch: number, text: string) => ({
      ...{ type: 'finding', epoch, since: 2, problem: 'alarms', text, advice: ['Set `x: 1`.'] },
    });
    const events = [finding(9, 'of an epoch that was trained again'), finding(3, 'alarms <flood>')];
    const file = join(folder, 'events.ndjson');
    const [first, ...rest] = readFileSync(file, 'utf8').trim().split('\n');
    const resumed = { ...(JSON.parse(first!) as object), startEpoch: 5 };
    const lines = [first, ...events.map((one) => JSON.stringify(one)), JSON.stringify(resumed)];
    writeFileSync(file, `${[...lines, ...rest].join('\n')}\n`);
    const page = readFileSync(await writeReport(folder), 'utf8');
    expect(page).toContain('<strong>Since epoch 2:</strong> alarms &lt;flood&gt;.');
    expect(page).not.toContain('trained again');
    expect(page).toMatch(/<ul><li>Set <code>x: 1<\/code>/);
  });

  test('says what the validation images have chosen', async () => {
    await writeRun(folder, { size: [32, 32] });
    const chosen = async (checkpoint: string) => {
      const file = join(folder, 'evaluation.json');
      const evaluation = { ...JSON.parse(readFileSync(file, 'utf8')), checkpoint };
      writeFileSync(file, JSON.stringify(evaluation));
      return textOf(readFileSync(await writeReport(folder), 'utf8'));
    };
    expect(await chosen('best')).toContain('The weights were chosen on these images: score some');
    expect(await chosen('last')).toContain('These images were looked at while it was trained');
    const found = { epoch: 1, seen: {}, classes: {} };
    const file = { format: 1, checkpoints: { best: found, last: found } };
    writeFileSync(join(folder, 'decision.json'), JSON.stringify(file));
    expect(await chosen('best')).toContain('Weights and decision were chosen on these images');
    expect(await chosen('last')).toContain('The decision was chosen on these images');
  });

  test('names a class of which the decision leaves hardly anything', async () => {
    await writeRun(folder, { size: [32, 32] });
    const errors = (dice: number, alarms: number) => ({
      ...{ dice, missed: 0, alarms, structuresMissed: 0, falseStructures: alarms },
    });
    const found = (before: number, after: number) => ({
      ...{ minimumSize: 0, peak: 0, before: errors(before, 1), after: errors(after, 0) },
      crossFitted: null,
    });
    const classes = { nodule: found(0.8, 0.75), haze: found(0.06, 0) };
    const best = { epoch: 1, seen: {}, classes };
    const file = { format: 1, checkpoints: { best, last: best } };
    writeFileSync(join(folder, 'decision.json'), JSON.stringify(file));
    const page = readFileSync(await writeReport(folder), 'utf8');
    expect(page).toContain(
      'haze is hardly predicted now (Dice 0.060 before the search, 0.000 after it)',
    );
    expect(page).not.toContain('nodule is hardly');
  });

  test('shows what else the decision could be, as a curve whose points are picked without a script', async () => {
    await writeRun(folder, { size: [32, 32] });
    const errors = (missed: number, alarms: number) => ({
      ...{ dice: 0.7, missed, alarms, structuresMissed: missed, falseStructures: alarms },
    });
    const point = (threshold: number, missCost: number, own: ReturnType<typeof errors>) => ({
      ...{ threshold, classes: { nodule: { minimumSize: 4, peak: 0.7 } } },
      ...{ missCosts: [missCost, missCost], chosen: threshold === 0.3, errors: own },
      crossFitted: own,
    });
    const decision = {
      ...{ epoch: 1, seen: {}, classes: {}, per: 'image' },
      cost: { alarm: 1, miss: 5, per: 'image', before: 0.5, after: 0.3, crossFitted: 0.35 },
      curve: [point(0.5, 1, errors(0.2, 0)), point(0.3, 5, errors(0, 0.1))],
    };
    const file = { format: 1, checkpoints: { best: decision, last: decision } };
    writeFileSync(join(folder, 'decision.json'), JSON.stringify(file));
    const page = readFileSync(await writeReport(folder), 'utf8');
    expect(page).toContain('0.500 an image before, 0.300 after, 0.350 on images not seen');
    expect(page.match(/type="radio"/g)).toHaveLength(2);
    expect(page).toMatch(/id="point-1" checked/);
    expect(page).toContain('--set evaluate.threshold=0.5');
    expect(page).toContain('--set &#39;evaluate.peak={nodule: 0.7}&#39;');
    expect(page).not.toContain('<script');
  });

  test('is replaced as a whole, with nothing half-written beside it', async () => {
    await reportOf();
    const before = readdirSync(folder).sort();
    await writeReport(folder);
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test('has all scored splits side by side, validation first', async () => {
    await writeRun(folder, { size: [32, 32] });
    const evaluation = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'));
    writeFileSync(
      join(folder, 'evaluation-test.json'),
      JSON.stringify({ ...evaluation, split: 'test' }),
    );
    const page = readFileSync(await writeReport(folder), 'utf8');
    expect(page).toContain('<th class="n">validation</th><th class="n">test</th>');
  });
});

describe('a run that lacks something is reported all the same', () => {
  test('no evaluation: the best epoch speaks', async () => {
    const text = textOf(await reportOf({ evaluated: false, epochs: 5 }));
    expect(text).toContain('validation after epoch 5; the run was not evaluated');
    expect(text).toContain('No overlays were drawn: the run was not evaluated.');
    expect(text).toContain('raremask evaluate scores it');
  });

  test('no validation at all', async () => {
    const text = textOf(await reportOf({ evaluated: false, validated: false }));
    expect(occurrences(text, 'not scored')).toBe(2);
    expect(text).toContain('No epoch was validated.');
    expect(text).toContain('Not scored.');
  });

  test('no empty images', async () => {
    const text = textOf(await reportOf({ empty: 0 }));
    expect(text).toContain('False alarms on images without no such image');
    expect(text).toContain('This split has no empty image.');
    expect(text).toContain('There is no empty image, so nothing is known about false alarms.');
  });

  test('no foreground', async () => {
    const text = textOf(await reportOf({ withForeground: 0 }));
    expect(text).toContain('Dice on images with foreground no such image');
    expect(text).toContain('No image has foreground, so there is nothing to miss.');
  });

  test('no image at all', async () => {
    const text = textOf(await reportOf({ withForeground: 0, empty: 0 }));
    expect(text).toContain('No image was scored.');
  });

  test('every empty image quiet', async () => {
    const text = textOf(await reportOf({ alarms: 0 }));
    expect(text).toContain('None: all 48 empty images stay quiet.');
  });

  test('one epoch', async () => {
    const page = await reportOf({ epochs: 1 });
    expect(textOf(page)).toContain('1 epoch in 9.8 s');
    expect(badNumbers(page)).toEqual([]);
  });

  test('interrupted, or ended from outside', async () => {
    const interrupted = await reportOf({
      epochs: 3,
      planned: 15,
      interrupted: true,
      evaluated: false,
    });
    expect(textOf(interrupted)).toContain('Interrupted after 3 whole epochs of 15.');
    const killed = await reportOf({ epochs: 3, planned: 15, ended: false, evaluated: false });
    expect(textOf(killed)).toContain('The run recorded 3 whole epochs of 15 and no end');
  });

  test('a loss that is no number from some epoch on', async () => {
    const page = await reportOf({
      csvCell: (column, epoch) => (column.startsWith('loss') && epoch > 5 ? 'NaN' : undefined),
    });
    expect(badNumbers(page)).toEqual([]);
    expect(occurrences(page, '<svg')).toBe(6);
  });

  test('nothing but a manifest', async () => {
    writeFileSync(join(folder, 'manifest.resolved.yaml'), 'name: early\n');
    const text = textOf(readFileSync(await writeReport(folder), 'utf8'));
    expect(text).toContain('No epoch was finished.');
    expect(text).toContain('name: early');
  });
});

describe('errors', () => {
  test('a folder without a run is refused', async () => {
    await expect(writeReport(folder)).rejects.toMatchObject({
      name: 'RaremaskError',
      code: 'RAREMASK_REPORT_NO_RUN',
      category: 'data',
    });
  });

  test('a damaged evaluation is named', async () => {
    await writeRun(folder, { size: [32, 32] });
    writeFileSync(join(folder, 'evaluation.json'), '{"split": ');
    await expect(writeReport(folder)).rejects.toMatchObject({
      code: 'RAREMASK_REPORT_DAMAGED',
      message: expect.stringContaining(
        `${join(folder, 'evaluation.json')}: the file cannot be read`,
      ),
    });
  });
});

test('the package exports what the command line uses, and nothing more', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'COMPARED',
    'collectOverlays',
    'columns',
    'compareRuns',
    'comparisonTable',
    'createProgress',
    'drawExample',
    'inspectionPage',
    'inspectionTable',
    'labTable',
    'livePage',
    'liveShell',
    'parseHistory',
    'resultTable',
    'runsTable',
    'seedsText',
    'settingsText',
    'summarizeRun',
    'verdict',
    'writeComparison',
    'writeLabPage',
    'writeReport',
    'writeSweepPage',
  ]);
});
