import { countText, partText } from '../../numberText.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { type Content, html, type Markup } from '../markup.ts';

/** The resolved manifest, and what the run was made with. */
export function settings(run: RunRecord): Markup {
  const { environment, manifest, warnings, start } = run;
  const { backend } = environment;
  const facts: [string, Content][] = [
    ['started', environment.startedAt?.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['backend', backend && `${backend.name}${backend.reason ? `: ${backend.reason}` : ''}`],
    ['precision', backend?.precision],
    ['backend notes', backend?.notes && backend.notes.length > 0 && backend.notes.join(' ')],
    [
      'backend versions',
      backend?.versions &&
        Object.entries(backend.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
    ],
    ['raremask', environment.raremask],
    ['Node', environment.node && `${environment.node}, ${environment.platform ?? ''}`],
    ['seed', environment.seed],
    ['worker threads', environment.workers],
    ['parameters', start && countText(start.parameters)],
    ['classes', start?.classes.join(', ')],
    [
      'training images',
      start && partText(start.counts.train - start.counts.trainEmpty, start.counts.train),
    ],
    [
      'validation images',
      start &&
        partText(start.counts.validation - start.counts.validationEmpty, start.counts.validation),
    ],
    ...Object.entries(environment.plugins ?? {}).map(([use, version]): [string, Content] => [
      use,
      version,
    ]),
  ];
  const known = facts.filter(
    ([, value]) => value !== undefined && value !== null && value !== false && value !== '',
  );
  return html`<h2 id="settings">Settings and environment</h2>
<div class="settings">
<section class="card"><h3>manifest.resolved.yaml</h3>${
    manifest === undefined
      ? html`<p class="muted">The run folder has none.</p>`
      : html`<pre>${manifest.trimEnd()}</pre>`
  }</section>
<section class="card"><h3>Environment</h3>${
    known.length === 0
      ? html`<p class="muted">Nothing was recorded.</p>`
      : html`<dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
  }
${warnings.length > 0 && html`<h3 class="later">Warnings of the run</h3><ul class="warnings">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`}
</section>
</div>`;
}
