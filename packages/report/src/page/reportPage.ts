import { evaluationName, seenIn } from '@raremask/record';
import type { RunRecord } from '../record/runRecord.ts';
import { framed } from './framed.ts';
import { html, type Markup } from './markup.ts';
import { type Charts, curves } from './sections/curves.ts';
import { findingsBlock } from './sections/findingsBlock.ts';
import { gallery } from './sections/gallery.ts';
import { header } from './sections/header.ts';
import { imageTables } from './sections/imageTables.ts';
import { operating } from './sections/operating.ts';
import { pair, smallNumbers } from './sections/pair.ts';
import { scores } from './sections/scores.ts';
import { settings } from './sections/settings.ts';
import { verdictBlock } from './sections/verdictBlock.ts';
import { verdict } from './verdict.ts';

/** The whole report of a run, as one HTML document that needs nothing beside it. */
export function reportPage(run: RunRecord, charts: Charts, data?: Markup): string {
  const [evaluation] = run.evaluations;
  const name = nameOf(run);
  const remark = evaluation?.remark ?? run.environment.remark;
  const seen = seenIn(run.start, run.history.length);
  const page = framed(
    `${name} – raremask report`,
    html`<main>
${header(run, name, remark)}
${pair(run, evaluation)}
${verdictBlock(verdict({ ...run, manifest: run.settings, seen, evaluation }), run)}
${findingsBlock(run)}
${evaluation && smallNumbers(evaluation)}
${operating(run.decision)}
${curves(charts, run)}
${gallery(run, remark)}
${imageTables(evaluation)}
${scores(run.evaluations)}
${data}
${settings(run)}
<footer>Written by raremask${run.environment.raremask && ` ${run.environment.raremask}`} from ${files(run)}.</footer>
</main>`,
  );
  return page;
}

function nameOf(run: RunRecord): string {
  return run.start?.name ?? run.folder.split(/[\\/]/).findLast((part) => part !== '') ?? 'run';
}

function files({ manifest, history, evaluations, overlays }: RunRecord): string {
  const names = [
    manifest !== undefined && 'manifest.resolved.yaml',
    history.length > 0 && 'metrics.csv',
    ...evaluations.map(({ split }) => evaluationName(split)),
    overlays !== undefined && 'overlays/',
  ].filter((name) => name !== false);
  return names.join(', ');
}
