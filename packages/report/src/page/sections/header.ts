import { counted, countText, timeText } from '../../numberText.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { type Content, html, type Markup } from '../markup.ts';

type Backend = NonNullable<RunRecord['environment']['backend']>;

/** Name, facts, links to the other sections, and what must be said of the data and of the end. */
export function header(run: RunRecord, name: string, remark: string | undefined): Markup {
  const { environment, history, start, end } = run;
  const last = history.at(-1);
  const seconds = end?.seconds ?? history.reduce((sum, row) => sum + (row.seconds || 0), 0);
  const facts: Content[] = [
    last && `${counted(last.epoch, 'epoch')}${seconds > 0 ? ` in ${timeText(seconds)}` : ''}`,
    start && `${counted(start.parameters, 'parameter')}`,
    start &&
      `trained on ${counted(start.counts.train, 'image')}, ${countText(start.counts.trainEmpty)} of them empty`,
    environment.backend && `backend ${backendText(environment.backend)}`,
    environment.seed !== undefined && `seed ${environment.seed}`,
    environment.startedAt?.slice(0, 16).replace('T', ' '),
  ].filter((fact) => fact !== undefined && fact !== false);
  const synthetic = remark !== undefined && /synthetic/i.test(remark);
  return html`<header>
<div class="head"><h1>${name}</h1>
<nav>${run.decision?.curve && html`<a href="#decision">Operating point</a>`}<a href="#curves">Curves</a><a href="#images">Images</a><a href="#scores">Scores</a>${run.inspection && html`<a href="#data">Data</a>`}<a href="#settings">Settings</a></nav></div>
<p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
${remark !== undefined && html`<p class="remark">${synthetic && html`<strong>Synthetic data.</strong> `}${remark}</p>`}
${stopped(run)}
</header>`;
}

function backendText({ name, precision = 'float32' }: Backend): string {
  return precision === 'float32' ? name : `${name} in ${precision}`;
}

/** A run that did not come to its end says so. */
function stopped({ start, end, history }: RunRecord): Markup | false {
  const done = history.at(-1)?.epoch ?? 0;
  const planned = start?.epochs;
  if (end?.interrupted === true) {
    return html`<p class="stopped"><strong>Interrupted</strong> after ${counted(done, 'whole epoch')}${planned !== undefined && ` of ${planned}`}. <code>raremask resume</code> goes on from there.</p>`;
  }
  if (start !== undefined && end === undefined) {
    return html`<p class="stopped"><strong>Not finished.</strong> The run recorded ${counted(done, 'whole epoch')} of ${start.epochs} and no end: it is still going on, or it was ended from outside.</p>`;
  }
  return false;
}
