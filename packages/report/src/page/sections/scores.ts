import { type ShownScore, type Summary, scoreOf, shownScores } from '@raremask/metrics';
import type { Evaluation } from '@raremask/record';
import { countText, shareText } from '../../numberText.ts';
import { scoreText } from '../../scoreText.ts';
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
<p class="muted">Any foreground against none${main.summary.classes.length > 1 && ', then each class by itself'}. An arrow says which way is better.</p>
<div class="scroll"><table class="${stack}"><thead><tr><th></th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>how it is made; what it does with an empty image</th></tr></thead>
<tbody>${counts}${own.map((score) => scoreRow(score, shown))}</tbody></table></div>
<h2>What other packages would print</h2>
<p class="muted">Mean Dice per image of the same predictions. They differ only in what an image without foreground counts.</p>
<div class="scroll"><table class="${stack}"><thead><tr><th>convention</th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>an empty image counts</th></tr></thead>
<tbody>${others.map(
    ({ key, printedBy }) =>
      html`<tr><td class="score">${printedBy!.name}</td>${shown.map(({ summary }) => html`<td class="n">${shareText(scoreOf(summary, key))}</td>`)}<td class="what">${printedBy!.empty}</td></tr>`,
  )}</tbody></table></div>`;
}

function scoreRow(score: ShownScore, shown: readonly ScoreColumn[]): Markup {
  const { title, better, meaning, empty, pair: isPair } = score;
  return html`<tr class="${isPair && 'key'}"><td class="score">${title}&nbsp;${better === 'higher' ? '↑' : '↓'}</td>${shown.map(({ summary }) => html`<td class="n">${scoreText(score, summary)}</td>`)}<td class="what">${meaning} ${empty}</td></tr>`;
}
