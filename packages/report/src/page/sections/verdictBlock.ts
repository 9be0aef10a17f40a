import { intervalOf } from '@raremask/metrics';
import type { Evaluation, FoundClass } from '@raremask/record';
import { counted, percentText, shareText } from '../../numberText.ts';
import type { RunRecord } from '../../record/runRecord.ts';
import { html, type Markup, withCode } from '../markup.ts';
import type { Verdict } from '../verdict.ts';

/** What the two kinds of error say in plain words, how sure that is, and what to do next. */
export function verdictBlock(verdict: Verdict, run: RunRecord): Markup {
  const { state, headline, text } = verdict;
  const [evaluation] = run.evaluations;
  const doubt = evaluation && doubtOf(evaluation);
  const steps = nextSteps(verdict, run);
  return html`<section class="verdict ${state}" aria-label="Verdict">
<p><strong>${headline}.</strong> ${text}</p>
${doubt !== undefined && html`<p><strong>How sure.</strong> ${doubt}</p>`}
${steps.length > 0 && html`<p><strong>What to do next</strong></p><ul>${steps.map((item) => html`<li>${withCode(item)}</li>`)}</ul>`}
</section>`;
}

/** A width of the interval of Dice from which the number alone says little. */
const WIDE = 0.2;

function doubtOf({ summary: { foreground } }: Evaluation): string | undefined {
  const { groups, imagesWithForeground: images } = foreground;
  if (groups !== undefined && groups < 2) {
    return 'All images are of one group: how these scores would vary over others cannot be said.';
  }
  const dice = intervalOf(foreground, 'diceForeground');
  const alarms = intervalOf(foreground, 'alarmShare');
  if (dice === undefined && alarms === undefined) return undefined;
  const parts = [
    dice && `Dice between ${dice[0].toFixed(2)} and ${dice[1].toFixed(2)}`,
    alarms && `alarms between ${percentText(alarms[0])} and ${percentText(alarms[1])}`,
  ].filter((part) => part !== undefined);
  const wide =
    dice !== undefined && dice[1] - dice[0] > WIDE
      ? ` That is wide: ${counted(images, 'image')} with foreground ${images === 1 ? 'is' : 'are'} few to tell one training from another.`
      : '';
  return `With other images of the same kind, 95 % intervals: ${parts.join(', ')}.${wide}`;
}

/** Classes of which the searched rule leaves less than half of the Dice, so that all are quieter. */
function weakClasses({ decision }: RunRecord): readonly (readonly [string, FoundClass])[] {
  if (decision === undefined || decision.cost !== undefined) return [];
  return Object.entries(decision.classes).filter(
    ([, { before, after }]) => (before.dice ?? 0) > 0 && (after.dice ?? 0) < before.dice! / 2,
  );
}

function weakClassText([name, { before, after }]: readonly [string, FoundClass]): string {
  const alarms =
    before.alarms === null ? '' : `, where it alarmed in ${percentText(before.alarms)}`;
  return `${name} is hardly predicted now (Dice ${shareText(before.dice)} before the search, ${shareText(after.dice)} after it): too little of it is right to be worth its false alarms${alarms} of the images without it. Train longer or label more of it; to see all that the network says of it, set \`evaluate.minimumSize: 0\` and \`evaluate.peak: 0\`.`;
}

/** What the validation images have decided. */
function chosenOnThem({ evaluations: [evaluation], decision }: RunRecord): string {
  const isBest = evaluation?.checkpoint === 'best';
  if (decision === undefined && !isBest) return 'These images were looked at while it was trained';
  if (decision === undefined) return 'The weights were chosen on these images';
  return `${isBest ? 'Weights and decision were' : 'The decision was'} chosen on these images`;
}

/** The verdict's advice, and what every run is still to be asked for; the first is the most urgent. */
function nextSteps({ state, advice }: Verdict, run: RunRecord): readonly string[] {
  const steps = [...advice];
  if (run.end?.interrupted === true) steps.unshift('Go on with it: `raremask resume RUN`.');
  steps.push(...weakClasses(run).map(weakClassText));
  if (state !== 'learning') return steps;
  const splits = run.evaluations.map(({ split }) => split);
  if (!splits.includes('test')) {
    steps.push(
      `${chosenOnThem(run)}: score some that were not, \`raremask evaluate RUN --split test\`, before the numbers are quoted.`,
    );
  }
  const { cost } = run.decision ?? {};
  if (cost?.crossFitted != null && cost.crossFitted > cost.before) {
    steps.push(
      `The searched operating point costs more on images that the search had not seen (${cost.crossFitted.toFixed(3)}) than no search (${cost.before.toFixed(3)}): score more images to choose by, or set \`evaluate.threshold: 0.5\`, \`minimumSize: 0\` and \`peak: 0\`.`,
    );
  }
  if (run.decision?.curve !== undefined && cost === undefined) {
    steps.push(
      'State what a miss costs against a false alarm, or pick another operating point below.',
    );
  }
  steps.push(
    'Look at the worst misses and false alarms below; hand it on with `raremask package RUN`.',
  );
  return steps;
}
