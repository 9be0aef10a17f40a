import { html, type Markup, withCode } from '../markup.ts';
import type { Told } from '../verdict.ts';

/** What the sentinel said while the run went on. */
export function findingsBlock(findings: readonly Told[]): Markup | false {
  if (findings.length === 0) return false;
  return html`<section class="findings" aria-label="Sentinel">
<h2 id="sentinel">While it trained</h2>
<ul>${findings.map(
    ({ epoch, since, text, done }) =>
      html`<li><strong>${since < epoch ? `Since epoch ${since}` : `Epoch ${epoch}`}:</strong> ${withCode(text)}${done !== undefined && html`; ${done}`}.</li>`,
  )}</ul>
</section>`;
}
