import type { ClassErrors, FoundDecision, OperatingChoice } from '@raremask/record';
import { averageText, percentText, shareText } from '../../numberText.ts';
import { html, type Markup, trusted } from '../markup.ts';

type Curve = readonly OperatingChoice[];

/** What is counted, in words, and which of the errors stand for it. */
const COUNTED = {
  image: {
    alarms: 'images without foreground in which any is predicted',
    misses: 'images with foreground of which no pixel is hit',
    x: (errors: ClassErrors) => errors.alarms,
    y: (errors: ClassErrors) => errors.missed,
    xText: percentText,
  },
  structure: {
    alarms: 'predicted structures that touch no truth, for each image',
    misses: 'structures that no prediction touches',
    x: (errors: ClassErrors) => errors.falseStructures,
    y: (errors: ClassErrors) => errors.structuresMissed,
    xText: averageText,
  },
} as const;

/**
 * What else the decision could be: each point is the best rule for some cost of a miss. Which one is looked at
 * is chosen by radio buttons: the page needs no script.
 */
export function operating(decision: FoundDecision | undefined): Markup | false {
  const { curve = [], per = 'image' } = decision ?? {};
  if (decision === undefined || curve.length === 0) return false;
  const counted = COUNTED[per];
  const shown = curve
    .filter(({ errors }) => counted.x(errors) !== null && counted.y(errors) !== null)
    .sort((left, right) => counted.x(left.errors)! - counted.x(right.errors)!);
  if (shown.length === 0) return false;
  return html`<h2 id="decision">Operating point</h2>
<p class="muted">Threshold, smallest structure and least peak were searched on the validation images${stated(decision)}. Each point is another rule, best for some cost of a miss or of its threshold; pick one to see it. Numbers in brackets are of images that the search had not seen: each fifth of the groups by what is best on the others.</p>
<div class="operating card">
${style(shown.length)}
${plot(shown, per)}
<div class="choices">${shown.map((choice, index) => panel(choice, index, per, decision))}</div>
</div>`;
}

function stated({ cost }: FoundDecision): Markup {
  if (cost === undefined) {
    return html` for the best mean of Dice and quiet; <code>evaluate.cost: { alarm: 1, miss: 5 }</code> states what a miss costs instead`;
  }
  const unseen =
    cost.crossFitted === null ? '' : `, ${cost.crossFitted.toFixed(3)} on images not seen`;
  return html` for the least cost, where a false alarm costs ${cost.alarm} and a miss ${cost.miss} (by ${cost.per}): ${cost.before.toFixed(3)} an image before, ${cost.after.toFixed(3)} after${unseen}`;
}

function style(count: number): Markup {
  const rules = Array.from(
    { length: count },
    (_, index) =>
      `.operating:has(#point-${index}:checked) .choice-${index}{display:block}.operating:has(#point-${index}:checked) label[for=point-${index}]{background:var(--ink);border-color:var(--ink)}`,
  );
  return trusted(`<style>${rules.join('')}</style>`);
}

function plot(shown: Curve, per: 'image' | 'structure'): Markup {
  const { x, y, alarms, misses, xText } = COUNTED[per];
  const most = (of: (errors: ClassErrors) => number | null) =>
    niceEnd(Math.max(...shown.map(({ errors }) => of(errors)!)));
  const [right, top] = [most(x), most(y)];
  const places = shown.map(({ errors }) => ({
    left: (100 * x(errors)!) / right,
    top: 100 - (100 * y(errors)!) / top,
  }));
  const line = places.map((place) => `${place.left.toFixed(2)},${place.top.toFixed(2)}`).join(' ');
  return html`<div class="plot"><div class="y">${percentText(top)}</div><div class="area">
<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline points="${line}" fill="none" stroke="var(--found)" stroke-width="2" vector-effect="non-scaling-stroke"/></svg>
${shown.map(({ chosen }, index) => {
  const place = places[index]!;
  return html`<input type="radio" name="point" id="point-${index}"${trusted(chosen ? ' checked' : '')}><label for="point-${index}" class="${chosen && 'chosen'}" style="left:${place.left.toFixed(2)}%;top:${place.top.toFixed(2)}%" title="point ${index + 1}"></label>`;
})}</div><div class="x"><span>0</span><span>${xText(right)}</span></div>
<p class="axes"><strong>→</strong> ${alarms}<br><strong>↑</strong> ${misses}; the nearer to the lower left corner, the better. The square is what is in use.</p></div>`;
}

function niceEnd(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most * 0.999)!;
}

function panel(
  choice: OperatingChoice,
  index: number,
  per: 'image' | 'structure',
  decision: FoundDecision,
): Markup {
  const { errors, crossFitted, missCosts, chosen } = choice;
  const rows: [string, (of: ClassErrors) => string][] = [
    ['Dice, images with foreground', (of) => shareText(of.dice)],
    ...(per === 'image'
      ? ([
          ['images missed', (of) => percentText(of.missed)],
          ['empty images with an alarm', (of) => percentText(of.alarms)],
        ] as [string, (of: ClassErrors) => string][])
      : ([
          ['structures missed', (of) => percentText(of.structuresMissed)],
          ['false structures an image', (of) => averageText(of.falseStructures)],
        ] as [string, (of: ClassErrors) => string][])),
  ];
  return html`<div class="choice choice-${index}">
<h3>${chosen ? 'In use' : 'Another rule'}${missCosts !== null && html`: best where a miss costs ${range(missCosts)}`}</h3>
<dl>${rows.map(([name, text]) => html`<dt>${name}</dt><dd>${text(errors)}${crossFitted !== null && html` <small>(${text(crossFitted)})</small>`}</dd>`)}</dl>
<p>${chosen ? 'Already decided so by' : 'To decide so, put this into the manifest, or behind'} <code>raremask predict</code>, <code>evaluate</code>, <code>export</code> and <code>package</code>${!chosen && ' of this run'}${chosen ? '. As numbers:' : ':'}</p>
<pre>${settingsOf(choice, decision).join(' \\\n')}</pre>
</div>`;
}

function range([least, most]: readonly [number, number]): string {
  const alarms = least === most ? String(least) : `${least} to ${most}`;
  return `${alarms} ${most === 1 ? 'false alarm' : 'false alarms'}`;
}

/** The rule as overrides of a manifest. */
function settingsOf(
  { threshold, gate, classes }: OperatingChoice,
  decision: FoundDecision,
): string[] {
  const byClass = (name: 'minimumSize' | 'peak') => {
    const own = Object.entries(classes).map(([key, rule]) => `${keyText(key)}: ${rule[name]}`);
    return `--set 'evaluate.${name}={${own.join(', ')}}'`;
  };
  return [
    `--set evaluate.threshold=${threshold}`,
    byClass('minimumSize'),
    byClass('peak'),
    ...(gate !== undefined && decision.gate !== undefined ? [`--set evaluate.gate=${gate}`] : []),
  ];
}

function keyText(name: string): string {
  return /^[A-Za-z][\w-]*$/.test(name) ? name : JSON.stringify(name);
}
