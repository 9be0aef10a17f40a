import { counted } from '../../numberText.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { findingSince } from '../findingSince.ts';
import { html, type Markup, withCode } from '../markup.ts';

/** What the sentinel said while the run went on; that it watched and said nothing is said as well. */
export function findingsBlock({
  findings,
  history,
  settings,
}: Pick<RunRecord, 'findings' | 'history' | 'settings'>): Markup | false {
  if (findings.length === 0) {
    if (history.length === 0 || settings === undefined || settings.sentinel === 'off') return false;
    return html`<p class="facts">The sentinel watched ${counted(history.length, 'epoch')} and found nothing wrong.</p>`;
  }
  return html`<section class="findings" aria-label="Sentinel">
<h2 id="sentinel">While it trained</h2>
<ul>${findings.map(
    ({ text, done, advice, ...when }) =>
      html`<li><strong>${findingSince(when)}:</strong> ${withCode(text)}${done !== undefined && html`; ${done}`}.${advice.length > 0 && html`<ul>${advice.map((item) => html`<li>${withCode(item)}</li>`)}</ul>`}</li>`,
  )}</ul>
</section>`;
}
