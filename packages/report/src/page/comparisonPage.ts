import { writeAtomically } from '@raremask/record';
import { acrossRuns } from '../charts/comparisonCharts.ts';
import type { Comparison } from '../comparison/compareRuns.ts';
import { differenceTexts } from '../comparison/difference.ts';
import type { DifferingImage, Pairing } from '../comparison/pairs.ts';
import { ABSENT, counted, percentText, shareText, timeText } from '../numberText.ts';
import type { ErrorOf, RunSummary, SummarizedRun } from '../record/runSummary.ts';
import { chart } from './figure.ts';
import { framed } from './framed.ts';
import { html, type Markup } from './markup.ts';

/** Writes several runs side by side as one HTML page that needs nothing beside it. */
export async function writeComparison(
  path: string,
  {
    comparison,
    runs,
  }: { readonly comparison: Comparison; readonly runs: readonly SummarizedRun[] },
): Promise<void> {
  const { runs: summaries, pairs, settings, split } = comparison;
  const histories = runs.map(({ history }, at) => ({ name: summaries[at]!.name, history }));
  const title = summaries.map(({ name }) => name).join(' against ');
  const curves = [
    chart(
      'Dice on images with foreground',
      'Validation, over the epochs.',
      await acrossRuns(histories, (row) => row.validation?.diceForeground, [0, 1]),
      'No epoch was validated.',
    ),
    chart(
      'False alarms on images without',
      'Share of them with any predicted pixel.',
      await acrossRuns(histories, (row) => row.validation?.alarmShare, [0, 1]),
      'No epoch was validated.',
    ),
    chart(
      'Loss',
      'Of other losses the numbers say nothing of each other.',
      await acrossRuns(histories, (row) => row.loss),
      'No epoch was finished.',
    ),
    chart(
      'Learning rate',
      'At the end of each epoch.',
      await acrossRuns(histories, (row) => row.learningRate),
      'No epoch was finished.',
    ),
  ];
  const page = framed(
    `${title} – raremask compare`,
    html`<main>
<div class="head"><h1>${title}</h1></div>
${[...new Set(summaries.map(({ remark }) => remark))].map((remark) => remark !== null && html`<p class="remark">${remark}</p>`)}
${overview(summaries)}
${pairs.map((pair, index) => pairSection(summaries[0]!, summaries[index + 1]!, pair, split))}
<h2>Curves</h2>
<div class="charts">${curves}</div>
${settingsTable(summaries, settings)}
<footer>Written by raremask compare.</footer>
</main>`,
  );
  await writeAtomically(path, page);
}

function overview(runs: readonly RunSummary[]): Markup {
  return html`<div class="scroll"><table class="runs"><thead><tr><th>run</th><th>state</th><th class="n">epochs</th><th class="n">time</th><th class="n">Dice,<br>with foreground</th><th class="n">alarms,<br>without</th><th>scored on</th><th>sentinel</th></tr></thead>
<tbody>${runs.map(
    (run) =>
      html`<tr><td class="score">${run.name}</td><td data-title="state">${run.state}</td><td class="n" data-title="epochs">${run.epochs}${run.planned !== null && `/${run.planned}`}</td><td class="n" data-title="time">${timeText(run.seconds)}</td><td class="n" data-title="Dice, with foreground">${shareText(run.dice.value)}${ends(run.dice, (end) => end.toFixed(2))}</td><td class="n" data-title="alarms, without">${percentText(run.alarms.value)}${ends(run.alarms, percentText)}</td><td data-title="scored on">${run.from ?? ABSENT}</td><td class="what" data-title="sentinel">${run.findings.length === 0 ? 'nothing' : run.findings.join('; ')}</td></tr>`,
  )}</tbody></table></div>`;
}

function ends({ interval }: ErrorOf, text: (end: number) => string): Markup | false {
  return (
    interval !== null &&
    html`<br><small>${interval.map(text).join('–').replace(' %–', '–')}</small>`
  );
}

function pairSection(
  first: RunSummary,
  other: RunSummary,
  pair: Pairing | null,
  split: string,
): Markup {
  const title = html`<h2>${other.name} against ${first.name}</h2>`;
  if (pair === null || pair.images === 0) {
    return html`${title}<p class="stopped">${
      pair === null
        ? html`Not both have scored the ${split} split: <code>raremask evaluate RUN --split ${split}</code>.`
        : `No image of the ${split} split is in both with the same truth.`
    }</p>`;
  }
  const texts = differenceTexts(pair.differences);
  const sure = texts.filter(({ better, score }) => better !== undefined && score.pair);
  const verdict =
    sure.length === 0
      ? 'Neither of the two kinds of error differs by more than chance in the choice of images may explain.'
      : `${sure.map(({ better, score }) => `${better === 'other' ? other.name : first.name} is better in ${score.short}`).join('; ')}, beyond chance.`;
  return html`${title}
<div class="verdict ${sure.length > 0 && 'learning'}"><p>${verdict}</p></div>
<p class="muted">${counted(pair.images, 'image')} of the ${split} split, each under both runs${pair.apart > 0 && `; ${counted(pair.apart, 'image')} of one alone left out`}. Small: the 95 % interval of the difference, from drawing groups of images anew 1,000 times, both runs together.</p>
<div class="scroll"><table class="compare"><thead><tr><th></th><th class="n">${first.name}</th><th class="n">${other.name}</th><th class="n">difference</th><th>better beyond chance</th></tr></thead>
<tbody>${texts.map(
    (one) =>
      html`<tr class="${one.score.pair && 'key'}"><td class="score">${one.score.title}&nbsp;${one.score.better === 'higher' ? '↑' : '↓'}</td><td class="n">${one.left}</td><td class="n">${one.right}</td><td class="n">${one.difference}${one.interval !== '' && html`<br><small>${one.interval}</small>`}</td><td>${one.better === undefined ? '' : one.better === 'other' ? other.name : first.name}</td></tr>`,
  )}</tbody></table></div>
<div class="charts">
${images(`Found by ${first.name} alone`, pair.foundByFirst, 'dice')}
${images(`Found by ${other.name} alone`, pair.foundByOther, 'dice')}
${images(`False alarm of ${first.name} alone`, pair.alarmOfFirst, 'alarms')}
${images(`False alarm of ${other.name} alone`, pair.alarmOfOther, 'alarms')}
</div>`;
}

const MOST = 40;

function images(title: string, all: readonly DifferingImage[], what: 'dice' | 'alarms'): Markup {
  const number = (image: DifferingImage) =>
    what === 'dice' ? image.dice.map(shareText).join(' / ') : `${image.alarms.join(' / ')} px`;
  return html`<section class="card chart"><h3>${title}: ${all.length}</h3>${
    all.length === 0
      ? html`<p class="nothing">none</p>`
      : html`<ul>${all.slice(0, MOST).map((image) => html`<li><span class="id">${image.id}</span> ${number(image)}</li>`)}${all.length > MOST && html`<li>${all.length - MOST} more</li>`}</ul>`
  }</section>`;
}

function settingsTable(runs: readonly RunSummary[], settings: Comparison['settings']): Markup {
  if (settings.length === 0) return html`<h2>Manifests</h2><p class="muted">They are the same.</p>`;
  return html`<h2>Manifests differ in</h2>
<div class="scroll"><table><thead><tr><th>setting</th>${runs.map(({ name }) => html`<th>${name}</th>`)}</tr></thead>
<tbody>${settings.map(({ setting, values }) => html`<tr><td><code>${setting}</code></td>${values.map((value) => html`<td>${value === null ? ABSENT : html`<code>${String(value)}</code>`}</td>`)}</tr>`)}</tbody></table></div>`;
}
