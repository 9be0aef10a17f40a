import { type ShownScore, type Summary, shownScores } from '@raremask/metrics';
import { bestRow, type Evaluation, lastScored } from '@raremask/record';
import {
  ABSENT,
  averageText,
  counted,
  countText,
  percentText,
  shareText,
} from '../../numberText.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { countedScoreText, intervalText, scoreText } from '../../scoreText.ts';
import { html, type Markup } from '../markup.ts';

/** The two kinds of error side by side. */
export function pair(run: RunRecord, evaluation: Evaluation | undefined): Markup {
  const summary = evaluation?.summary.foreground;
  const best = run.history.find(({ epoch }) => epoch === run.bestEpoch);
  const row = best ?? bestRow(run.history) ?? lastScored(run.history);
  const scores = row?.validation;
  const from =
    evaluation === undefined
      ? row && `validation after epoch ${row.epoch}; the run was not evaluated`
      : `${evaluation.split} split, ${evaluation.checkpoint} weights, epoch ${evaluation.epoch}`;
  const dice = summary === undefined ? (scores?.diceForeground ?? null) : summary.diceForeground;
  const share = summary === undefined ? (scores?.alarmShare ?? null) : summary.alarmShare;
  const missed = summary
    ? `${counted(summary.imagesWithForeground, 'image')}; ${missedText(Math.round((summary.missed ?? 0) * summary.imagesWithForeground))}`
    : `${percentText(scores?.missed)} of them missed altogether`;
  const alarms = summary
    ? `${countText(Math.round((share ?? 0) * summary.emptyImages))} of ${counted(summary.emptyImages, 'image')}; ${averageText(summary.alarmPixelsPerEmptyImage)} predicted pixels per image on average`
    : `${averageText(scores?.alarmPixels)} predicted pixels per image on average`;
  return html`<section class="pair" aria-label="The two kinds of error">
<div class="card big">
<div class="label">Dice on images with foreground</div>
${number(dice, shareText(dice), summary === undefined && scores === undefined ? 'not scored' : 'no such image')}
<div class="under">${dice !== null && missed}${doubt('diceForeground', summary)}</div>
</div>
<div class="card big alarm">
<div class="label">False alarms on images without</div>
${number(share, percentText(share), summary === undefined && scores === undefined ? 'not scored' : 'no such image')}
<div class="under">${share !== null && alarms}${doubt('alarmShare', summary)}</div>
</div>
</section>
${from && html`<p class="facts">${from}</p>`}`;
}

/** How far chance in the choice of images reaches. */
function doubt(key: ShownScore['key'], summary: Summary | undefined): Markup | false {
  const score = shownScores().find((one) => one.key === key);
  const text = summary && score && intervalText(score, summary);
  return text !== undefined && html`<br>95 % interval ${text}`;
}

function missedText(images: number): string {
  return images === 0 ? 'none missed altogether' : `${countText(images)} missed altogether`;
}

function number(value: number | null, text: string, absent: string): Markup {
  return value === null
    ? html`<div class="number absent">${absent}</div>`
    : html`<div class="number">${text}</div>`;
}

/** A few more numbers, small. */
export function smallNumbers({ scores, summary: { foreground } }: Evaluation): Markup {
  const tiles = shownScores(scores).filter(({ tile }) => tile);
  return html`<dl class="card small">${tiles.map((score) => {
    const text = countedScoreText(score, foreground);
    const share = score.outOf !== undefined && text !== ABSENT && scoreText(score, foreground);
    const interval = intervalText(score, foreground);
    return html`<div><dt>${score.short}</dt><dd>${text}${share && html` <small>${share}</small>`}${interval && html`<br><small>${interval}</small>`}</dd></div>`;
  })}</dl>`;
}
