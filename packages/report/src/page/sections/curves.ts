import type { Chart } from '../../charts/chart.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { calibrationText, frocText } from '../../scoreText.ts';
import { chart } from '../figure.ts';
import { html, type Markup } from '../markup.ts';

/** The charts of a report; null where the run holds nothing to draw. */
export interface Charts {
  readonly loss: Chart | null;
  readonly scores: Chart | null;
  /** Of each score that the manifest adds. */
  readonly added: readonly {
    readonly score: RunRecord['scores'][number];
    readonly chart: Chart | null;
  }[];
  readonly dice: Chart | null;
  readonly size: Chart | null;
  readonly alarms: Chart | null;
  readonly gradient: Chart | null;
  readonly reliability: Chart | null;
  readonly froc: Chart | null;
  /** The epoch that is marked as the best. */
  readonly best: number | undefined;
}

/** What the epochs and the images look like, drawn. */
export function curves(charts: Charts, run: RunRecord): Markup {
  const scored = run.evaluations.length > 0;
  const best = charts.best === undefined ? '' : ` Dotted: epoch ${charts.best}, the best.`;
  const notScored = scored ? undefined : 'The run was not evaluated.';
  return html`<h2 id="curves">Curves</h2>
<div class="charts">
${chart(
  'Both kinds of error over the epochs',
  `Mean Dice over the images with foreground; share of the images without that have an alarm.${best}`,
  charts.scores,
  'No epoch was validated.',
)}
${charts.added.map(({ score, chart: own }) =>
  chart(
    `${score.title} over the epochs`,
    `${score.meaning} ${score.empty} ${score.better === 'higher' ? 'Higher' : 'Lower'} is better${score.unit === 'share' ? '' : `; in ${score.unit}`}.${best}`,
    own,
    'No epoch has this score.',
  ),
)}
${chart('Loss by term', `Mean over the batches of each epoch, weighted as the terms enter the sum.${best}`, charts.loss, 'No epoch was finished.')}
${chart(
  'Dice of each image with foreground',
  'How many images have which Dice.',
  charts.dice,
  notScored ?? 'No image of this split has foreground.',
)}
${chart(
  'Alarms on each image without foreground',
  'How many images have how many predicted pixels.',
  charts.alarms,
  notScored ?? 'This split has no empty image.',
)}
${charts.size && chart('Dice by size', 'Each point is an image with foreground.', charts.size, '')}
${charts.froc && chart('Structures found against false ones', frocText(run.evaluations[0]!) ?? '', charts.froc, '')}
${charts.reliability && chart('Whether probabilities are right', calibrationText(run.evaluations[0]!) ?? '', charts.reliability, '')}
${charts.gradient && chart('Gradient norm', 'Mean over the batches of each epoch, before clipping.', charts.gradient, '')}
</div>`;
}
