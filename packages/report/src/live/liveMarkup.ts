import { lastScored } from '@raremask/record';
import {
  ABSENT,
  averageText,
  counted,
  measureText,
  percentText,
  shareText,
  timeText,
} from '../numberText.ts';
import { chart } from '../page/figure.ts';
import { framed } from '../page/framed.ts';
import { html, type Markup, trusted } from '../page/markup.ts';
import { findingsBlock } from '../page/sections/findingsBlock.ts';
import type { GpuLoad, LiveRun } from './liveRun.ts';

/** The frame around what changes; its script asks for that every second and a half. */
export function liveShell(name: string): string {
  return framed(
    `${name} – raremask watch`,
    html`<main id="run"><p class="muted">Reading the run…</p></main>
<script>${trusted(SCRIPT)}</script>`,
    LIVE_STYLE,
  );
}

const LIVE_STYLE = `
.bar { height: 8px; border-radius: 4px; background: var(--grid); margin-top: 8px; overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--found); }
.gone { opacity: 0.6; }
#run .findings { margin-top: 14px; padding: 10px 16px; border-radius: 8px; background: var(--warn-page); }
#run .findings h2 { margin-top: 0; }
.now { padding: 12px 16px; margin-top: 14px; }
`;

const SCRIPT = `
const place = document.getElementById('run');
let shown = '';
async function look() {
  try {
    const answer = await fetch('part');
    if (!answer.ok) throw new Error(await answer.text());
    const text = await answer.text();
    place.classList.remove('gone');
    if (text !== shown) { place.innerHTML = text; shown = text; }
  } catch (error) {
    place.classList.add('gone');
  }
  setTimeout(look, 1500);
}
look();
`;

/** Where the run stands, what the sentinel said, both errors, curves, pictures, and the machine's load. */
export function liveMarkup(run: LiveRun): Markup {
  const { summary, history, charts, warnings } = run;
  const last = lastScored(history);
  const best = history.find(({ epoch }) => epoch === summary.bestEpoch);
  return html`<div class="head"><h1>${summary.name}</h1></div>
<p class="facts"><span>${STATES[summary.state]}</span><span>epoch ${summary.epochs}${summary.planned !== null && ` of ${summary.planned}`}</span><span>${timeText(summary.seconds)} trained</span>${summary.startedAt !== null && html`<span>since ${summary.startedAt.slice(0, 16).replace('T', ' ')}</span>`}</p>
${summary.remark !== null && html`<p class="remark">${summary.remark}</p>`}
${now(run)}
${findingsBlock({ findings: run.findings, history })}
<section class="pair" aria-label="The two kinds of error">
${big('Dice on images with foreground', last?.validation?.diceForeground, shareText, best?.validation?.diceForeground, summary.bestEpoch, '')}
${big('False alarms on images without', last?.validation?.alarmShare, percentText, best?.validation?.alarmShare, summary.bestEpoch, 'alarm')}
</section>
<div class="charts">
${chart('Both kinds of error over the epochs', 'Of the validation images. Dotted: the best epoch.', charts.scores, 'No epoch was validated yet.')}
${chart('Loss by term', 'Mean over the batches of each epoch.', charts.loss, 'No epoch is finished yet.')}
${chart('Learning rate', 'At the end of each epoch.', charts.rate, 'No epoch is finished yet.')}
${machine(run)}
</div>
${gallery(run.pictures, summary.epochs)}
${warnings.length > 0 && html`<h2>Warnings</h2><ul>${warnings.map((text) => html`<li>${text}</li>`)}</ul>`}`;
}

const STATES: Readonly<Record<LiveRun['summary']['state'], string>> = {
  training: 'training',
  finished: 'finished',
  interrupted: 'stopped and saved: raremask resume goes on',
  ended: 'ended without a word, or not begun: raremask resume goes on',
};

function now({ summary, live, left, history }: LiveRun): Markup | false {
  if (summary.state !== 'training') return false;
  const planned = summary.planned ?? 0;
  const within = live?.doing === 'training' && live.total > 0 ? live.done / live.total : 0;
  const done = planned > 0 ? Math.min((summary.epochs + within) / planned, 1) : 0;
  const speed = live?.doing === 'training' ? live.imagesPerSecond : history.at(-1)?.imagesPerSecond;
  const secondsLeft = live?.secondsLeft ?? left?.seconds;
  const doing =
    live === undefined
      ? 'between two steps'
      : live.doing === 'training'
        ? `epoch ${live.epoch}: step ${live.done} of ${live.total}, loss ${measureText(live.loss)}`
        : live.epoch === 0
          ? `looking at ${live.done} of ${counted(live.total, 'image')}`
          : `epoch ${live.epoch}: validating, ${live.done} of ${counted(live.total, 'image')}`;
  return html`<section class="card now"><strong>${doing}</strong>
<p class="facts">${secondsLeft !== undefined && html`<span>${timeText(secondsLeft)} left</span>`}${speed !== undefined && Number.isFinite(speed) && html`<span>${averageText(speed)} images a second</span>`}</p>
<div class="bar"><i style="width:${(100 * done).toFixed(1)}%"></i></div></section>`;
}

function big(
  label: string,
  value: number | null | undefined,
  text: (value: number | null | undefined) => string,
  best: number | null | undefined,
  bestEpoch: number | null,
  tone: string,
): Markup {
  return html`<div class="card big ${tone}"><div class="label">${label}</div>
<div class="number${value === undefined || value === null ? ' absent' : ''}">${value === undefined || value === null ? 'not scored yet' : text(value)}</div>
<div class="under">${bestEpoch === null ? 'no best epoch yet' : `${text(best)} in the best epoch, ${bestEpoch}`}</div></div>`;
}

const GIB = 2 ** 30;

function machine({ loads }: LiveRun): Markup {
  const last = loads.at(-1);
  const text =
    last === undefined
      ? undefined
      : ([
          ['processors kept busy', `${percentText(last.cpu)} of ${last.cores}`],
          ['memory of the training', `${(last.memory / GIB).toFixed(2)} GiB`],
          [
            'most of it in an epoch',
            `${(Math.max(...loads.map(({ memory }) => memory)) / GIB).toFixed(2)} GiB`,
          ],
          ['memory free on the machine', `${(last.free / GIB).toFixed(2)} GiB`],
          ...(last.gpus ?? []).map((gpu) => [`GPU ${gpu.name}`, gpuText(gpu)] as const),
        ] as const);
  return html`<figure class="card chart"><h3>Load</h3>${
    text === undefined
      ? html`<p class="nothing">Measured after each epoch.</p>`
      : html`<table><tbody>${text.map(([name, value]) => html`<tr><td>${name}</td><td class="n">${value}</td></tr>`)}</tbody></table>`
  }</figure>`;
}

function gpuText({ busy, memory, total }: GpuLoad): string {
  const parts = [
    busy === undefined ? [] : `${percentText(busy)} busy`,
    memory === undefined ? [] : `${(memory / GIB).toFixed(2)} GiB`,
  ].flat();
  return `${parts.join(', ')}${memory === undefined || total === undefined ? '' : ` of ${(total / GIB).toFixed(0)}`}`;
}

const KINDS = { misses: 'worst', alarms: 'false alarm', good: 'found' } as const;

/** Addresses change with the epoch, so that the browser asks anew. */
function gallery(pictures: LiveRun['pictures'], epoch: number): Markup {
  if (pictures === undefined || pictures.entries.length === 0) {
    return html`<h2>Latest pictures</h2><p class="muted">After the first validation.</p>`;
  }
  const { entries, epoch: of } = pictures;
  return html`<h2>Latest pictures${of === undefined ? '' : ` (epoch ${of})`}</h2>
<p class="legend"><span><i class="truth"></i>truth</span><span><i class="predicted"></i>prediction</span><span><i class="alarm"></i>prediction on an empty image</span></p>
<div class="gallery">${entries.map(
    (entry) =>
      html`<figure class="card"><img alt="${entry.id}" width="${entry.picture[0]}" height="${entry.picture[1]}" src="picture/${entry.file}?epoch=${of ?? epoch}"><figcaption><span class="id">${entry.id}</span><span>${KINDS[entry.kind]}${entry.dice === null ? `, ${entry.alarms} px` : `, Dice ${shareText(entry.dice) || ABSENT}`}</span></figcaption></figure>`,
  )}</div>`;
}
