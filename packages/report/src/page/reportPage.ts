import { type ScoreDefinition, type Summary, scoreDefinitions, scoreOf } from '@raremask/metrics';
import {
  bestRow,
  type EvaluatedImage,
  type Evaluation,
  evaluationName,
  lastScored,
} from '@raremask/record';
import type { Chart } from '../charts/runCharts.ts';
import {
  ABSENT,
  averageText,
  counted,
  countText,
  partText,
  percentText,
  shareText,
  sizeText,
  timeText,
} from '../numberText.ts';
import type { RunRecord, Shown } from '../record/runRecord.ts';
import { countedScoreText, scoreText } from '../scoreText.ts';
import { type Content, html, type Markup, trusted } from './markup.ts';
import { STYLE } from './style.ts';
import { type Verdict, verdict } from './verdict.ts';

/** The charts of a report; null where the run holds nothing to draw. */
export interface Charts {
  readonly loss: Chart | null;
  readonly scores: Chart | null;
  readonly dice: Chart | null;
  readonly size: Chart | null;
  readonly alarms: Chart | null;
  readonly gradient: Chart | null;
  /** The epoch that is marked as the best. */
  readonly best: number | undefined;
}

/** Rows of a table of images; the rest stands in evaluation.json. */
const ROWS = 200;

/** The whole report of a run, as one HTML document that needs nothing beside it. */
export function reportPage(run: RunRecord, charts: Charts, data?: Markup): string {
  const [evaluation] = run.evaluations;
  const name = nameOf(run);
  const remark = evaluation?.remark ?? run.environment.remark;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} – raremask report</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${header(run, name, remark)}
${pair(run, evaluation)}
${verdictBlock(verdict(run.history, evaluation))}
${evaluation && smallNumbers(evaluation.summary.foreground)}
${curves(charts, run)}
${gallery(run, remark)}
${imageTables(evaluation)}
${scores(run.evaluations)}
${data}
${settings(run)}
<footer>Written by raremask${run.environment.raremask && ` ${run.environment.raremask}`} from ${files(run)}.</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

function nameOf(run: RunRecord): string {
  return run.start?.name ?? run.folder.split(/[\\/]/).findLast((part) => part !== '') ?? 'run';
}

function header(run: RunRecord, name: string, remark: string | undefined): Markup {
  const { environment, history, start, end } = run;
  const last = history.at(-1);
  const seconds = end?.seconds ?? history.reduce((sum, row) => sum + (row.seconds || 0), 0);
  const facts: Content[] = [
    last && `${counted(last.epoch, 'epoch')}${seconds > 0 ? ` in ${timeText(seconds)}` : ''}`,
    start && `${counted(start.parameters, 'parameter')}`,
    start &&
      `trained on ${counted(start.counts.train, 'image')}, ${countText(start.counts.trainEmpty)} of them empty`,
    environment.backend && `backend ${environment.backend.name}`,
    environment.seed !== undefined && `seed ${environment.seed}`,
    environment.startedAt?.slice(0, 16).replace('T', ' '),
  ].filter((fact) => fact !== undefined && fact !== false);
  const synthetic = remark !== undefined && /synthetic/i.test(remark);
  return html`<header>
<div class="head"><h1>${name}</h1>
<nav><a href="#curves">Curves</a><a href="#images">Images</a><a href="#scores">Scores</a>${run.inspection && html`<a href="#data">Data</a>`}<a href="#settings">Settings</a></nav></div>
<p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
${remark !== undefined && html`<p class="remark">${synthetic && html`<strong>Synthetic data.</strong> `}${remark}</p>`}
${stopped(run)}
</header>`;
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

/** The two kinds of error side by side. */
function pair(run: RunRecord, evaluation: Evaluation | undefined): Markup {
  const summary = evaluation?.summary.foreground;
  const row = bestRow(run.history) ?? lastScored(run.history);
  const scores = row?.validation;
  const from =
    evaluation === undefined
      ? row && `validation after epoch ${row.epoch}; the run was not evaluated`
      : `${evaluation.split} split, ${evaluation.checkpoint} weights, epoch ${evaluation.epoch}`;
  const dice = summary === undefined ? (scores?.diceForeground ?? null) : summary.diceForeground;
  const share = summary === undefined ? (scores?.alarmShare ?? null) : summary.alarmShare;
  const missed = summary
    ? `${counted(summary.imagesWithForeground, 'image')}; ${missedText(Math.round((summary.missed ?? 0) * summary.imagesWithForeground))}`
    : `${percentText(scores?.missed)} of them missed altogether`;
  const alarms = summary
    ? `${countText(Math.round((share ?? 0) * summary.emptyImages))} of ${counted(summary.emptyImages, 'image')}; ${averageText(summary.alarmPixelsPerEmptyImage)} predicted pixels per image on average`
    : `${averageText(scores?.alarmPixels)} predicted pixels per image on average`;
  return html`<section class="pair" aria-label="The two kinds of error">
<div class="card big">
<div class="label">Dice on images with foreground</div>
${number(dice, shareText(dice), summary === undefined && scores === undefined ? 'not scored' : 'no such image')}
<div class="under">${dice !== null && missed}</div>
</div>
<div class="card big alarm">
<div class="label">False alarms on images without</div>
${number(share, percentText(share), summary === undefined && scores === undefined ? 'not scored' : 'no such image')}
<div class="under">${share !== null && alarms}</div>
</div>
</section>
${from && html`<p class="facts">${from}</p>`}`;
}

function missedText(images: number): string {
  return images === 0 ? 'none missed altogether' : `${countText(images)} missed altogether`;
}

function number(value: number | null, text: string, absent: string): Markup {
  return value === null
    ? html`<div class="number absent">${absent}</div>`
    : html`<div class="number">${text}</div>`;
}

function verdictBlock({ state, headline, text, advice }: Verdict): Markup {
  return html`<section class="verdict ${state}" aria-label="Verdict">
<p><strong>${headline}.</strong> ${text}</p>
${advice.length > 0 && html`<ul>${advice.map((item) => html`<li>${withCode(item)}</li>`)}</ul>`}
</section>`;
}

/** Sets what stands between backticks as code. */
function withCode(text: string): Content {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

function smallNumbers(summary: Summary): Markup {
  const tiles = scoreDefinitions.filter(({ tile }) => tile);
  return html`<dl class="card small">${tiles.map((score) => {
    const text = countedScoreText(score, summary);
    const share = score.outOf !== undefined && text !== ABSENT && scoreText(score, summary);
    return html`<div><dt>${score.short}</dt><dd>${text}${share && html` <small>${share}</small>`}</dd></div>`;
  })}</dl>`;
}

function curves(charts: Charts, run: RunRecord): Markup {
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
${charts.gradient && chart('Gradient norm', 'Mean over the batches of each epoch, before clipping.', charts.gradient, '')}
</div>`;
}

export function chart(title: string, text: string, drawn: Chart | null, nothing: string): Markup {
  return html`<figure class="card chart"><h3>${title}</h3><p>${text}</p>
${drawn === null ? html`<p class="nothing">${nothing}</p>` : [legend(drawn), trusted(drawn.svg)]}</figure>`;
}

function legend({ legend: lines }: Chart): Markup | false {
  return (
    lines.length > 0 &&
    html`<p class="lines">${lines.map(
      ({ name, colour, dash }) =>
        html`<span><i style="border-top: 3px ${dash === undefined ? 'solid' : 'dotted'} ${colour}"></i>${name}</span>`,
    )}</p>`
  );
}

function gallery({ overlays }: RunRecord, remark: string | undefined): Markup {
  if (overlays === undefined || overlays.entries.length === 0) {
    const why =
      overlays === undefined
        ? 'No overlays were drawn: the run was not evaluated.'
        : overlays.images === 0
          ? 'No image was scored.'
          : 'There is nothing to show: no image has foreground, and none has an alarm.';
    return html`<h2 id="images">Images</h2><p class="muted">${why}</p>`;
  }
  const of = (kind: Shown['kind']) => overlays.entries.filter((entry) => entry.kind === kind);
  const [misses, alarms, good] = [of('misses'), of('alarms'), of('good')];
  const label = remark !== undefined && /synthetic/i.test(remark) ? ' (synthetic images)' : '';
  const split = overlays.split === undefined ? '' : `, ${overlays.split} split`;
  return html`<h2 id="images">Images${split}${label}</h2>
<p class="legend">
<span>Each picture, from the left: the image; the image with the outlines${overlays.hasProbability && '; the probability of foreground'}. A white frame marks the part that the others enlarge.</span>
</p>
<p class="legend">
<span><i class="truth"></i>truth</span>
<span><i class="predicted"></i>prediction</span>
<span><i class="alarm"></i>prediction on an empty image</span>
${overlays.hasProbability && html`<span><i class="probability"></i>probability, 0 to 1</span>`}
${overlays.severalClasses && html`<span>white dots: found, but as another class</span>`}
</p>
${
  misses.length > 0
    ? html`<h2 class="sub">Worst misses</h2><p class="muted">Images with foreground, lowest Dice first: ${misses.length} of ${countText(overlays.withForeground)}.</p>${pictures(misses, '')}`
    : html`<h2 class="sub">Worst misses</h2><p class="muted">No image has foreground, so there is nothing to miss.</p>`
}
${
  alarms.length > 0
    ? html`<h2 class="sub">False alarms on empty images</h2><p class="muted">Images without foreground, most predicted pixels first: ${alarms.length} of ${countText(overlays.alarmed)} with an alarm, among ${countText(overlays.empty)} empty ones.</p>${pictures(alarms, 'alarm')}`
    : html`<h2 class="sub">False alarms on empty images</h2><p class="muted">${
        overlays.empty === 0
          ? 'There is no empty image, so nothing is known about false alarms.'
          : `None: all ${countText(overlays.empty)} empty images stay quiet.`
      }</p>`
}
${good.length > 0 && html`<h2 class="sub">Where it works</h2><p class="muted">Images with foreground from the better half: the typical ones, then the best.</p>${pictures(good, 'good')}`}`;
}

function pictures(entries: readonly Shown[], tone: string): Markup {
  return html`<div class="gallery ${tone}">${entries.map((entry) => {
    const numbers =
      entry.kind === 'alarms'
        ? counted(entry.alarms, 'alarm pixel')
        : `Dice ${shareText(entry.dice)} · ${countText(entry.misses)} missed · ${countText(entry.alarms)} alarm px`;
    const slice = entry.slice === undefined ? '' : `, slice ${entry.slice}`;
    return html`<figure class="card"><img alt="${entry.id}: ${numbers}" width="${entry.picture[0]}" height="${entry.picture[1]}" loading="lazy" src="data:image/png;base64,${trusted(Buffer.from(entry.png).toString('base64'))}"><figcaption><span class="id" title="${sizeText(entry.size)}">${entry.id}${slice}</span><span>${numbers}</span></figcaption></figure>`;
  })}</div>`;
}

function imageTables(evaluation: Evaluation | undefined): Markup | false {
  if (evaluation === undefined || evaluation.images.length === 0) return false;
  const found = evaluation.images
    .filter(({ dice }) => dice !== null)
    .sort((left, right) => left.dice! - right.dice! || right.misses - left.misses);
  const empty = evaluation.images.filter(({ dice }) => dice === null);
  const alarmed = empty
    .filter(({ alarms }) => alarms > 0)
    .sort((left, right) => right.alarms - left.alarms);
  return html`<h2>Every image, ${evaluation.split} split</h2>
${found.length > 0 && html`<details class="card"><summary>${counted(found.length, 'image')} with foreground, lowest Dice first</summary>${foundTable(found)}${rest(found.length)}</details>`}
${alarmed.length > 0 && html`<details class="card"><summary>${counted(alarmed.length, 'empty image')} with an alarm, most pixels first</summary>${alarmTable(alarmed)}${rest(alarmed.length)}</details>`}
${empty.length > 0 && html`<p class="muted">${countText(empty.length - alarmed.length)} of ${counted(empty.length, 'empty image')} ${empty.length - alarmed.length === 1 ? 'stays' : 'stay'} quiet.</p>`}`;
}

function foundTable(images: readonly EvaluatedImage[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th>image</th><th class="n">Dice</th><th></th><th class="n">foreground pixels</th><th class="n">missed</th><th class="n">alarms</th><th class="n">structures found</th><th class="n">false structures</th></tr></thead>
<tbody>${images
    .slice(0, ROWS)
    .map(
      (image) =>
        html`<tr><td class="id">${image.id}</td><td class="n">${shareText(image.dice)}</td><td><span class="bar" style="background-size: ${Math.round((image.dice ?? 0) * 100)}% 100%"></span></td><td class="n">${countText(image.foreground)}</td><td class="n">${countText(image.misses)}</td><td class="n">${countText(image.alarms)}</td><td class="n">${image.structuresFound} of ${image.structures}</td><td class="n">${image.falseStructures}</td></tr>`,
    )}</tbody></table></div>`;
}

function alarmTable(images: readonly EvaluatedImage[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th>image</th><th class="n">alarm pixels</th><th class="n">false structures</th></tr></thead>
<tbody>${images
    .slice(0, ROWS)
    .map(
      (image) =>
        html`<tr><td class="id">${image.id}</td><td class="n">${countText(image.alarms)}</td><td class="n">${image.falseStructures}</td></tr>`,
    )}</tbody></table></div>`;
}

function rest(count: number): Markup | false {
  return (
    count > ROWS &&
    html`<p class="muted">${countText(count - ROWS)} more stand in the evaluation file.</p>`
  );
}

interface ScoreColumn {
  readonly title: string;
  readonly summary: Summary;
}

function scores(evaluations: readonly Evaluation[]): Markup {
  const main = evaluations[0];
  if (main === undefined) {
    return html`<h2 id="scores">Scores</h2><p class="muted">The run was not evaluated. <code>raremask evaluate</code> scores it.</p>`;
  }
  const shown: ScoreColumn[] = [
    { title: evaluations.length > 1 ? main.split : 'score', summary: main.summary.foreground },
    ...(main.summary.classes.length > 1
      ? main.summary.classes.map(({ name, summary }) => ({ title: name, summary }))
      : []),
    ...evaluations
      .slice(1)
      .map(({ split, summary }) => ({ title: split, summary: summary.foreground })),
  ];
  const stack = shown.length === 1 && 'stack';
  const own = scoreDefinitions.filter(({ printedBy }) => printedBy === undefined);
  const others = scoreDefinitions.filter(({ printedBy }) => printedBy !== undefined);
  const counts = (['imagesWithForeground', 'emptyImages'] as const).map(
    (key) =>
      html`<tr><td class="score">${key === 'emptyImages' ? 'Images without foreground' : 'Images with foreground'}</td>${shown.map(
        ({ summary }) => html`<td class="n">${countText(summary[key])}</td>`,
      )}<td class="what"></td></tr>`,
  );
  return html`<h2 id="scores">Scores and what they mean</h2>
<p class="muted">Any foreground against none${main.summary.classes.length > 1 && ', then each class by itself'}. An arrow says which way is better.</p>
<div class="scroll"><table class="${stack}"><thead><tr><th></th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>how it is made; what it does with an empty image</th></tr></thead>
<tbody>${counts}${own.map((definition) => scoreRows(definition, shown))}</tbody></table></div>
<h2>What other packages would print</h2>
<p class="muted">Mean Dice per image of the same predictions. They differ only in what an image without foreground counts.</p>
<div class="scroll"><table class="${stack}"><thead><tr><th>convention</th>${shown.map(({ title }) => html`<th class="n">${title}</th>`)}<th>an empty image counts</th></tr></thead>
<tbody>${others.map(
    ({ key, printedBy }) =>
      html`<tr><td class="score">${printedBy!.name}</td>${shown.map(({ summary }) => html`<td class="n">${shareText(scoreOf(summary, key))}</td>`)}<td class="what">${printedBy!.empty}</td></tr>`,
  )}</tbody></table></div>`;
}

function scoreRows(definition: ScoreDefinition, shown: readonly ScoreColumn[]): Content {
  const { key, title, better, meaning, empty, pair: isPair } = definition;
  const row = (name: string, cell: (summary: Summary) => string): Markup =>
    html`<tr class="${isPair && 'key'}"><td class="score">${name}&nbsp;${better === 'higher' ? '↑' : '↓'}</td>${shown.map(({ summary }) => html`<td class="n">${cell(summary)}</td>`)}<td class="what">${meaning} ${empty}</td></tr>`;
  if (key !== 'alarmShareAtLeast') return row(title, (summary) => scoreText(definition, summary));
  const limits = shown[0]?.summary.alarmShareAtLeast ?? [];
  return limits.map(({ pixels }) =>
    row(`Empty images with at least ${pixels} alarm pixels`, (summary) => {
      const entry = summary.alarmShareAtLeast.find((one) => one.pixels === pixels);
      return percentText(entry?.share);
    }),
  );
}

function settings(run: RunRecord): Markup {
  const { environment, manifest, warnings, start } = run;
  const { backend } = environment;
  const facts: [string, Content][] = [
    ['started', environment.startedAt?.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['backend', backend && `${backend.name}${backend.reason ? `: ${backend.reason}` : ''}`],
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

function files({ manifest, history, evaluations, overlays }: RunRecord): string {
  const names = [
    manifest !== undefined && 'manifest.resolved.yaml',
    history.length > 0 && 'metrics.csv',
    ...evaluations.map(({ split }) => evaluationName(split)),
    overlays !== undefined && 'overlays/',
  ].filter((name) => name !== false);
  return names.join(', ');
}
