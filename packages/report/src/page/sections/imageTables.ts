import type { EvaluatedImage, Evaluation } from '@raremask/record';
import { counted, countText, shareText } from '../../numberText.ts';
import { addedScoreText } from '../../scoreText.ts';
import { html, type Markup } from '../markup.ts';

/** Rows of a table of images; the rest stands in evaluation.json. */
const ROWS = 200;

/** Every image by itself, folded away. */
export function imageTables(evaluation: Evaluation | undefined): Markup | false {
  if (evaluation === undefined || evaluation.images.length === 0) return false;
  const { scores = [] } = evaluation;
  const found = evaluation.images
    .filter(({ dice }) => dice !== null)
    .sort((left, right) => left.dice! - right.dice! || right.misses - left.misses);
  const empty = evaluation.images.filter(({ dice }) => dice === null);
  const alarmed = empty
    .filter(({ alarms }) => alarms > 0)
    .sort((left, right) => right.alarms - left.alarms);
  return html`<h2>Every image, ${evaluation.split} split</h2>
${found.length > 0 && html`<details class="card"><summary>${counted(found.length, 'image')} with foreground, lowest Dice first</summary>${foundTable(found, scores)}${rest(found.length)}</details>`}
${alarmed.length > 0 && html`<details class="card"><summary>${counted(alarmed.length, 'empty image')} with an alarm, most pixels first</summary>${alarmTable(alarmed, scores)}${rest(alarmed.length)}</details>`}
${empty.length > 0 && html`<p class="muted">${countText(empty.length - alarmed.length)} of ${counted(empty.length, 'empty image')} ${empty.length - alarmed.length === 1 ? 'stays' : 'stay'} quiet.</p>`}`;
}

type Scores = NonNullable<Evaluation['scores']>;

/** Heads of the columns of the scores that the manifest adds. */
function heads(scores: Scores): Markup[] {
  return scores.map(({ short }) => html`<th class="n">${short}</th>`);
}

function cells({ added }: EvaluatedImage, scores: Scores): Markup[] {
  return scores.map(
    ({ name, unit }) => html`<td class="n">${addedScoreText(added?.[name], unit)}</td>`,
  );
}

function foundTable(images: readonly EvaluatedImage[], scores: Scores): Markup {
  return html`<div class="scroll"><table><thead><tr><th>image</th><th class="n">Dice</th><th></th><th class="n">foreground pixels</th><th class="n">missed</th><th class="n">alarms</th><th class="n">structures found</th><th class="n">false structures</th>${heads(scores)}</tr></thead>
<tbody>${images
    .slice(0, ROWS)
    .map(
      (image) =>
        html`<tr><td class="id">${image.id}</td><td class="n">${shareText(image.dice)}</td><td><span class="bar" style="background-size: ${Math.round((image.dice ?? 0) * 100)}% 100%"></span></td><td class="n">${countText(image.foreground)}</td><td class="n">${countText(image.misses)}</td><td class="n">${countText(image.alarms)}</td><td class="n">${image.structuresFound} of ${image.structures}</td><td class="n">${image.falseStructures}</td>${cells(image, scores)}</tr>`,
    )}</tbody></table></div>`;
}

function alarmTable(images: readonly EvaluatedImage[], scores: Scores): Markup {
  return html`<div class="scroll"><table><thead><tr><th>image</th><th class="n">alarm pixels</th><th class="n">false structures</th>${heads(scores)}</tr></thead>
<tbody>${images
    .slice(0, ROWS)
    .map(
      (image) =>
        html`<tr><td class="id">${image.id}</td><td class="n">${countText(image.alarms)}</td><td class="n">${image.falseStructures}</td>${cells(image, scores)}</tr>`,
    )}</tbody></table></div>`;
}

function rest(count: number): Markup | false {
  return (
    count > ROWS &&
    html`<p class="muted">${countText(count - ROWS)} more stand in the evaluation file.</p>`
  );
}
