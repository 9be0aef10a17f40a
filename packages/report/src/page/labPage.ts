import { writeAtomically } from '@raremask/record';
import { type Chart, labCharts } from '../charts/labCharts.ts';
import { figureText } from '../numberText.ts';
import type { LabLoss, LabReport } from '../record/labResult.ts';
import { labFigures } from '../terminal/labTable.ts';
import { framed } from './framed.ts';
import { html, type Markup, trusted } from './markup.ts';

/** Writes what the lab has found as one HTML page that needs nothing beside it. */
export async function writeLabPage(path: string, report: LabReport): Promise<void> {
  const cards: Markup[] = [];
  for (const loss of report.losses) cards.push(card(loss, await labCharts(loss)));
  const page = framed(
    `${report.title} – raremask lab`,
    html`<main>
<div class="head"><h1>${report.title}</h1></div>
<p class="muted">What each loss does to images without foreground. Classes ${report.classes.join(', ')}; the structure that is missed has ${report.structure} pixels. Gradients are those on one pixel, in units of the gradient that plain cross-entropy has there.</p>
<div class="verdict"><p><strong>What to do.</strong> ${prose(report.advice)}</p></div>
${overview(report.losses)}
${cards}
${report.left.length > 0 && html`<h2>Not tried</h2><ul>${report.left.map(({ name, reason }) => html`<li><strong>${name}</strong>: ${reason}</li>`)}</ul>`}
<footer>Written by raremask lab.</footer>
</main>`,
  );
  await writeAtomically(path, page);
}

function overview(losses: readonly LabLoss[]): Markup {
  return html`<div class="scroll"><table>
<thead><tr><th>loss</th><th>verdict</th><th class="n">value at 1<br>false pixel</th><th class="n">at 100</th><th class="n">gradient:<br>false pixel</th><th class="n">missed<br>pixel</th><th class="n">false /<br>missed</th></tr></thead>
<tbody>${losses.map(
    (loss, index) =>
      html`<tr><td><a href="#loss-${index}">${loss.name}</a></td><td>${tone(loss)}</td>${labFigures(loss).map((figure) => html`<td class="n">${figure}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** Text whose `words` are code. */
function prose(text: string): readonly (Markup | string)[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

function tone({ verdict }: LabLoss): Markup {
  return html`<span class="${verdict === 'fine' ? 'fine' : 'wrong'}">${verdict}</span>`;
}

function card(loss: LabLoss, charts: readonly LabChart[]): Markup {
  const [first] = loss.trials;
  return html`<section>
<h2>${loss.name}: ${tone(loss)}</h2>
${loss.options !== undefined && html`<p><code>${JSON.stringify(loss.options)}</code></p>`}
<ul>${loss.findings.map(({ because }) => html`<li>${prose(because)}</li>`)}</ul>
<p>${prose(loss.advice)}</p>
<div class="charts">${charts.map(
    ({ title, under, chart }) => html`<figure class="card chart"><h3>${title}</h3><p>${under}</p>
<p class="lines">${chart.legend.map(({ name, colour, dash }) => html`<span><i style="border-top: 2px ${dash ? 'dashed' : 'solid'} ${colour}"></i>${name}</span>`)}</p>${trusted(chart.svg)}</figure>`,
  )}</div>
<details class="card"><summary>All situations</summary><div class="scroll"><table>
<thead><tr><th>situation</th>${loss.trials.map(({ side }) => html`<th class="n">value<br>${side} px</th><th class="n">false pixel<br>${side} px</th><th class="n">missed pixel<br>${side} px</th>`)}</tr></thead>
<tbody>${(first?.rows ?? []).map(
    ({ situation }, index) =>
      html`<tr><td>${situation}</td>${loss.trials.map(({ rows }) => {
        const row = rows[index]!;
        return [row.value, row.falseGradient, row.missedGradient].map(
          (figure) => html`<td class="n">${figure === null ? '' : figureText(figure)}</td>`,
        );
      })}</tr>`,
  )}</tbody></table></div><p class="muted">Values of one image, or the sum of the two; gradients with respect to a logit of the class, of that sum.</p></details>
</section>`;
}

interface LabChart {
  readonly title: string;
  readonly under: string;
  readonly chart: Chart;
}
