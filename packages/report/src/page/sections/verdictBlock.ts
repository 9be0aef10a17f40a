import { html, type Markup, withCode } from '../markup.ts';
import type { Verdict } from '../verdict.ts';

/** What the two kinds of error say in plain words, and what to try. */
export function verdictBlock({ state, headline, text, advice }: Verdict): Markup {
  return html`<section class="verdict ${state}" aria-label="Verdict">
<p><strong>${headline}.</strong> ${text}</p>
${advice.length > 0 && html`<ul>${advice.map((item) => html`<li>${withCode(item)}</li>`)}</ul>`}
</section>`;
}
