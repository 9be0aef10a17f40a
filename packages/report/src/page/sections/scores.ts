import { type ShownScore, type Summary, scoreOf, shownScores } from '@raremask/metrics';
import type { Evaluation } from '@raremask/record';
import { countText, shareText } from '../../numberText.ts';
import { imageLevelText, intervalText, scoreText } from '../../scoreText.ts';
import { html, type Markup } from '../markup.ts';

interface ScoreColumn {
  readonly title: string;
  readonly summary: Summary;
}

/** Every score with its meaning, and what other packages would print. */
export function scores(evaluations: readonly Evaluation[]): Markup {
  const main = evaluations[0];
  if (main === undefined) {
    return html`<h2 id="scores">Scores</h2><p class="muted">The run was not evaluated. <code>raremask evaluate</code> scores it.</p>`;
  }
  const shown: ScoreColumn[] = [
    { title: evaluations.length > 1 ? main.split : 'score', summary: main.summary.foreground },
    ...(main.summary.classes.length > 1
      ? main.summary.classes.map(({ name, summary }) => ({ title: name, summary }))
      : []),
    ...evaluations
      .slice(1)
      .map(({ split, summary }) => ({ title: split, summary: summary.foreground })),
  ];
  const stack = shown.length === 1 && 'stack';
  const all = shownScores(main.scores, main.summary.foreground);
  const own = all.filter(({ printedBy }) => printedBy === undefined);
  const others = all.filter(({ printedBy }) => printedBy !== undefined);
  const counts = (['imagesWithForeground', 'emptyImages'] as const).map(
    (key) =>
      html`<tr><td class="score">${key === 'emptyImages' ? 'Images without foreground' : 'Images with foreground'}</td>${shown.map(
        ({ summary }) => html`<td class="n">${countText(summary[key])}</td>`,
      )}<td class="what"></td></tr>`,
  );
  return html`<h2 id="scores">Scores and what they mean</h2>
<p class="muted">Any foreground against none${main.summary.classes.length > 1 && ', then each class by itself'}. An arrow says which way is better.${intervals(main.summary.foreground)}</p>
<div class="scroll"><table class="${stack}"><thead><tr><th></th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>how it is made; what it does with an empty image</th></tr></thead>
<tbody>${counts}${own.map((score) => scoreRow(score, shown))}</tbody></table></div>
${imageLevelText(main) && html`<p>${imageLevelText(main)}</p>`}
<h2>What other packages would print</h2>
<p class="muted">Mean Dice per image of the same predictions. They differ only in what an image without foreground counts.</p>
<div class="scroll"><table class="${stack}"><thead><tr><th>convention</th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>an empty image counts</th></tr></thead>
<tbody>${others.map(
    (score) =>
      html`<tr><td class="score">${score.printedBy!.name}</td>${shown.map(({ summary }) => html`<td class="n">${shareText(scoreOf(summary, score.key))}${interval(score, summary)}</td>`)}<td class="what">${score.printedBy!.empty}</td></tr>`,
  )}</tbody></table></div>`;
}

/** What the small numbers are, and how far they can be trusted. */
function intervals({ groups, intervals: found }: Summary): string {
  if (found === undefined || groups === undefined) return '';
  if (groups < 2) return ' There are no intervals, since all images are of one group.';
  return ` Small under each number: its 95 % interval, from drawing the ${groups} groups of images (patients, or single images) anew 1,000 times. It says how far chance in the choice of images reaches, not how other images would score.`;
}

/** Small, under the number. */
function interval(score: ShownScore, summary: Summary): Markup | false {
  const text = intervalText(score, summary);
  return text !== undefined && html`<br><small>${text}</small>`;
}

function scoreRow(score: ShownScore, shown: readonly ScoreColumn[]): Markup {
  const { title, better, meaning, empty, pair: isPair } = score;
  return html`<tr class="${isPair && 'key'}"><td class="score">${title}&nbsp;${better === 'higher' ? '↑' : '↓'}</td>${shown.map(({ summary }) => html`<td class="n">${scoreText(score, summary)}${interval(score, summary)}</td>`)}<td class="what">${meaning} ${empty}</td></tr>`;
}
