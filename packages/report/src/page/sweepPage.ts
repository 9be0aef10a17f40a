import { type Spread, spreadOf } from '@raremask/metrics';
import { type EpochRow, lastScored, writeAtomically } from '@raremask/record';
import { curvesChart, effectChart, errorsChart, type MeanCurve } from '../charts/sweepCharts.ts';
import { ABSENT, counted, percentText, shareText } from '../numberText.ts';
import {
  COMPARED,
  type Compared,
  type SweepResults,
  settingsText,
  type TrialResult,
  type VariantResult,
} from '../record/sweepResult.ts';
import { chart } from './figure.ts';
import { framed } from './framed.ts';
import { html, type Markup, trusted } from './markup.ts';

/** What the page of a sweep shows. */
export interface SweepPage {
  readonly results: SweepResults;
  /** Rows of metrics.csv by the ID of a trial; of those that have begun. */
  readonly histories: ReadonlyMap<string, readonly EpochRow[]>;
  /** The manifest with the best settings, and where it is; null where there is none yet. */
  readonly best: { readonly path: string; readonly text: string } | null;
}

/** More combinations, and more trials, are in the tables beside the page alone. */
const SHOWN = 200;

const TITLES: Readonly<Record<Compared, string>> = {
  diceForeground: 'Dice,<br>with structure',
  missed: 'missed<br>of these',
  alarmShare: 'empty<br>with alarm',
  balanced: 'balanced',
};

/** Writes the results of a sweep as one HTML page that needs nothing beside it. */
export async function writeSweepPage(path: string, page: SweepPage): Promise<void> {
  const { name, trials, variants, effects, endedByBudget } = page.results;
  const [best] = variants;
  const isScored = best !== undefined && best.finished > 0;
  const markup = framed(
    `${name} – raremask sweep`,
    html`<main>
<div class="head"><h1>${name}</h1></div>
<p class="facts">${facts(page.results).map((fact) => html`<span>${fact}</span>`)}</p>
${endedByBudget !== null && html`<p class="stopped">The budget of ${endedByBudget} was used up before all was trained: the same command goes on.</p>`}
${failures(trials)}
${isScored && bestPair(best)}
<h2>Settings</h2>
<p class="muted">Means over folds and seeds ± their standard deviation; small: the 95 % interval of the mean by Student's t, within 0 to 1. Folds share training images: for another data set these are too narrow. The best of many is also better here than it will be on new images.</p>
${variantTable(variants)}
<h2>What the settings did</h2>
<div class="charts">${await charts(page)}</div>
${outOfFold(variants)}
<h2>Trials</h2>
${trialTable(trials, effects.length > 0)}
${page.best !== null && html`<h2>The manifest of the best</h2><details class="card" open><summary>${page.best.path}</summary><pre>${page.best.text}</pre></details>`}
<footer>Written by raremask sweep.</footer>
</main>`,
  );
  await writeAtomically(path, markup);
}

function facts({ trials, variants }: SweepResults): string[] {
  const count = (state: TrialResult['state']) => trials.filter((one) => one.state === state).length;
  const stopped = count('stopped');
  const left = count('interrupted') + count('missing');
  const seeds = new Set(trials.map(({ seed }) => seed)).size;
  const folds = new Set(trials.map(({ fold }) => fold).filter((fold) => fold > 0)).size;
  return [
    counted(variants.length, 'combination of settings', 'combinations of settings'),
    ...(folds > 0 ? [counted(folds, 'fold')] : []),
    counted(seeds, 'seed'),
    `${counted(trials.length, 'trial')}, ${count('finished')} finished`,
    ...(stopped > 0 ? [`${stopped} stopped by halving`] : []),
    ...(left > 0 ? [`${left} to come`] : []),
  ];
}

function failures(trials: readonly TrialResult[]): Markup | false {
  const failed = trials.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return false;
  const names = failed.slice(0, 5).map(({ id }) => id);
  const more = failed.length > names.length && ` and ${failed.length - names.length} more`;
  return html`<p class="stopped"><strong>${counted(failed.length, 'trial')} failed</strong>: ${names.join(', ')}${more}; trials/ID.log says why.</p>`;
}

/** The two kinds of error of the best settings, large. */
function bestPair({ settings, scores, finished, trials }: VariantResult): Markup {
  const { diceForeground: dice, alarmShare: alarms, missed } = scores;
  return html`<section class="pair" aria-label="The two kinds of error">
<div class="card big"><div class="label">Dice on images with structure</div><div class="number">${shareText(dice?.mean)}</div>
<div class="under">${spreadText(dice, shareText)}<br>${percentText(missed?.mean)} of them missed altogether</div></div>
<div class="card big alarm"><div class="label">Empty images with an alarm</div><div class="number">${percentText(alarms?.mean)}</div>
<div class="under">${spreadText(alarms, percentText)}</div></div>
</section>
<p class="facts"><span>best: <code>${settingsText(settings)}</code></span><span>mean of ${counted(finished, 'trial')}${finished < trials && ` of ${trials}`}</span></p>`;
}

/** What stands under a large mean. */
function spreadText(spread: Spread | null, text: (share: number) => string): string {
  if (spread === null || spread.deviation === null) return 'of one trial';
  return `± ${text(spread.deviation)}; 95 % interval ${intervalText(spread.interval!, text)}`;
}

function variantTable(variants: readonly VariantResult[]): Markup {
  const rest = variants.length - SHOWN;
  return html`<div class="scroll"><table class="compare sweep"><thead><tr><th>settings</th><th class="n">trials</th>${COMPARED.map((key) => html`<th class="n">${trusted(TITLES[key])}</th>`)}</tr></thead>
<tbody>${variants
    .slice(0, SHOWN)
    .map(
      (variant, at) =>
        html`<tr class="${at === 0 && variant.finished > 0 && 'key'}"><td class="score">${settingLines(variant)}</td><td class="n">${variant.finished}/${variant.trials}</td>${scoreCells(variant)}</tr>`,
    )}</tbody></table></div>${rest > 0 && html`<p class="muted">${counted(rest, 'more combination')} in sweep.csv.</p>`}`;
}

function settingLines({ settings }: VariantResult): Markup {
  const lines = Object.entries(settings);
  if (lines.length === 0) return html`as in the manifest`;
  return html`${lines.map(([key, value], at) => html`${at > 0 && html`<br>`}<code>${key}=${JSON.stringify(value)}</code>`)}`;
}

function scoreCells({ stopped, finished, scores }: VariantResult): Markup {
  if (stopped !== null && finished === 0) {
    const { epochs, balanced, place, of } = stopped;
    const why = balanced === null ? 'a trial failed' : `balanced ${shareText(balanced)}`;
    return html`<td class="muted" colspan="${COMPARED.length}">stopped after epoch ${epochs}: ${why}, ${place} of ${of}</td>`;
  }
  return html`${COMPARED.map((key) => html`<td class="n">${meanText(key, scores[key])}</td>`)}`;
}

function meanText(key: Compared, spread: Spread | null): Markup | string {
  if (spread === null) return ABSENT;
  const text = textOf(key);
  const { mean, deviation, interval } = spread;
  if (deviation === null || interval === null) return text(mean);
  return html`${text(mean)} ± ${text(deviation).replace(' %', '')}<br><small>${intervalText(interval, text)}</small>`;
}

function intervalText(
  interval: readonly [number, number],
  text: (share: number) => string,
): string {
  const ends = interval.map((end) => text(Math.min(1, Math.max(0, end))));
  return ends.join(' to ').replace(' % to', ' to');
}

function textOf(key: Compared): (share: number | null | undefined) => string {
  return key === 'missed' || key === 'alarmShare' ? percentText : shareText;
}

async function charts({ results, histories }: SweepPage): Promise<Markup[]> {
  const { trials, variants, effects } = results;
  const best = variants[0]?.finished === 0 ? undefined : variants[0];
  const keyOf = (settings: TrialResult['settings']) => JSON.stringify(settings);
  const isBest = (settings: TrialResult['settings']) =>
    best !== undefined && keyOf(settings) === keyOf(best.settings);
  const bestName = best === undefined ? '' : settingsText(best.settings);
  const drawn = [
    chart(
      'Both errors of each trial',
      'The better, the higher and the further to the left.',
      await errorsChart(
        trials.flatMap(({ settings, scores }) => {
          if (!scores || scores.diceForeground === null || scores.alarmShare === null) return [];
          const { diceForeground: dice, alarmShare: alarms } = scores;
          return [{ dice, alarms, isBest: isBest(settings) }];
        }),
        bestName,
      ),
      'No finished trial has both.',
    ),
    chart(
      'Balance on the validation images',
      'Over the epochs; the mean of the trials of each combination.',
      await curvesChart(
        variants.map(({ settings }) => {
          const own = trials.filter((trial) => keyOf(trial.settings) === keyOf(settings));
          const points = meanCurve(own.map(({ id }) => histories.get(id) ?? []));
          return { name: settingsText(settings), isBest: isBest(settings), points };
        }),
      ),
      'No epoch was validated.',
    ),
  ];
  const { text, scoreOf } = compared(trials, histories);
  for (const setting of new Set(effects.map((effect) => effect.setting))) {
    const points = trials.flatMap((trial) => {
      const balanced = scoreOf(trial);
      if (!(setting in trial.settings) || balanced === undefined) return [];
      return [{ value: JSON.stringify(trial.settings[setting]), balanced }];
    });
    const own = effects.filter((effect) => effect.setting === setting);
    const means = own.flatMap((effect) => {
      const value = JSON.stringify(effect.value);
      const spread = spreadOf(
        points.filter((point) => point.value === value).map(({ balanced }) => balanced),
      );
      if (spread === null) return [];
      const [low, high] = spread.interval ?? [null, null];
      return [{ value, balanced: spread.mean, low, high }];
    });
    drawn.push(chart(setting, text, await effectChart(points, means), 'No trial is finished.'));
  }
  return drawn;
}

/**
 * What trials with one value of a setting are compared by with those that have another: their scores; where halving
 * has stopped some, the last epoch that all have come to, since those that finish are the better ones.
 */
function compared(trials: readonly TrialResult[], histories: SweepPage['histories']) {
  const balanceAt = ({ id }: TrialResult, epoch: number) =>
    histories.get(id)?.find((row) => row.epoch === epoch)?.validation?.balanced ?? undefined;
  const last = Math.min(...trials.map(({ id }) => lastScored(histories.get(id) ?? [])?.epoch ?? 0));
  if (last > 0 && trials.some(({ state }) => state === 'stopped')) {
    const text = `After epoch ${last}, which all trials have come to, whatever else they have.`;
    return { text, scoreOf: (trial: TrialResult) => balanceAt(trial, last) };
  }
  return {
    text: 'Finished trials, whatever else they have.',
    scoreOf: ({ scores }: TrialResult) => scores?.balanced ?? undefined,
  };
}

/** The mean at each epoch that all of some trials have validated. */
function meanCurve(histories: readonly (readonly EpochRow[])[]): MeanCurve['points'] {
  const [first = []] = histories;
  return first.flatMap(({ epoch }) => {
    const values = histories.flatMap(
      (rows) => rows.find((row) => row.epoch === epoch)?.validation?.balanced ?? [],
    );
    if (values.length < histories.length) return [];
    return [{ epoch, balanced: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
}

function outOfFold(variants: readonly VariantResult[]): Markup | false {
  const rows = variants.slice(0, SHOWN).flatMap((variant) =>
    variant.outOfFold.map(
      ({ seed, summary }) =>
        html`<tr><td class="score">${settingLines(variant)}</td><td class="n">${seed}</td><td class="n">${summary.images}</td>${COMPARED.map(
          (key) => {
            const text = textOf(key);
            const interval = summary.intervals?.[key];
            return html`<td class="n">${text(summary[key])}${interval && html`<br><small>${intervalText(interval, text)}</small>`}</td>`;
          },
        )}</tr>`,
    ),
  );
  if (rows.length === 0) return false;
  return html`<h2>Out of fold</h2>
<p class="muted">Every image once, by the network that has not seen it; small: 95 % intervals by the bootstrap over groups.</p>
<div class="scroll"><table class="compare sweep"><thead><tr><th>settings</th><th class="n">seed</th><th class="n">images</th>${COMPARED.map((key) => html`<th class="n">${trusted(TITLES[key])}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function trialTable(trials: readonly TrialResult[], hasSettings: boolean): Markup {
  const rest = trials.length - SHOWN;
  const tone = {
    finished: '',
    stopped: 'muted',
    failed: 'wrong',
    interrupted: '',
    missing: 'muted',
  };
  return html`<div class="scroll"><table class="compare sweep"><thead><tr><th>trial</th>${hasSettings && html`<th>settings</th>`}<th>state</th>${COMPARED.map((key) => html`<th class="n">${trusted(TITLES[key])}</th>`)}</tr></thead>
<tbody>${trials
    .slice(0, SHOWN)
    .map(
      ({ id, settings, state, scores }) =>
        html`<tr><td class="id">${state === 'finished' ? html`<a href="trials/${encodeURIComponent(id)}/report.html">${id}</a>` : id}</td>${hasSettings && html`<td class="score"><small>${settingsText(settings)}</small></td>`}<td><span class="${tone[state]}">${state}</span></td>${COMPARED.map((key) => html`<td class="n">${textOf(key)(scores?.[key])}</td>`)}</tr>`,
    )}</tbody></table></div>${rest > 0 && html`<p class="muted">${counted(rest, 'more trial')} in sweep.csv.</p>`}`;
}
