import type { Inspection } from '@raremask/record';
import { type InspectionCharts, inspectionCharts } from '../charts/inspectionCharts.ts';
import { batchTitle, findingsOf, pixelSizeRows, resolutionRows } from '../inspectionFindings.ts';
import {
  ABSENT,
  averageText,
  counted,
  countText,
  measureText,
  percentText,
  rarePercentText,
  sizeText,
} from '../numberText.ts';
import type { InspectionExample } from '../overlays/inspectionExample.ts';
import { chart } from './figure.ts';
import { framed } from './framed.ts';
import { type Content, html, type Markup, trusted } from './markup.ts';

/** What `raremask inspect --html` writes: one HTML document that needs nothing beside it. */
export async function inspectionPage(
  inspection: Inspection,
  examples: readonly InspectionExample[],
): Promise<string> {
  const { name, remark } = inspection;
  const images = inspection.splits.reduce((sum, split) => sum + split.images, 0);
  const empty = inspection.splits.reduce((sum, split) => sum + split.empty, 0);
  return framed(
    `${name} – raremask inspection`,
    html`<main>
<header><div class="head"><h1>${name}</h1>
<nav><a href="#data">Data</a><a href="#batches">Batches</a><a href="#examples">Examples</a><a href="#recommended">Recommended</a></nav></div>
<p class="facts"><span>${counted(images, 'image')}</span><span>${countText(empty)} without foreground</span><span>${counted(inspection.channels, 'channel')}</span></p>
${remark !== undefined && html`<p class="remark">${remark}</p>`}</header>
${findings(inspection)}
${await inspectionSection(inspection, examples)}
<footer>Written by raremask inspect.</footer>
</main>`,
  );
}

/** The inspection as a part of a page. */
export async function inspectionSection(
  inspection: Inspection,
  examples: readonly InspectionExample[],
): Promise<Markup> {
  const charts = await inspectionCharts(inspection);
  return html`${dataTables(inspection)}
${histograms(charts)}
${batchBlock(inspection, charts)}
${gallery(examples, inspection.remark)}
${recommended(inspection)}`;
}

function findings(inspection: Inspection): Markup {
  const found = findingsOf(inspection);
  return found.length === 0
    ? html`<div class="verdict learning"><p><strong>Nothing is wrong with the data.</strong> Every image is readable; none is there twice; no group is in two splits.</p></div>`
    : html`<div class="verdict"><p><strong>Look at this before training.</strong></p><ul>${found.map((text) => html`<li>${text.trim()}</li>`)}</ul></div>`;
}

function table(head: readonly Content[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="scroll"><table><thead><tr>${head.map((title, index) => html`<th${trusted(index > 0 ? ' class="n"' : '')}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td${trusted(index > 0 ? ' class="n"' : '')}>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

function dataTables(inspection: Inspection): Markup {
  const { splits, classes, sizes, intensity, groups, pixelSizes } = inspection;
  const shown = sizes.slice(0, 6);
  const resolutions = resolutionRows(inspection);
  const isGrouped = classes.some((own) => own.groups !== undefined);
  return html`<h2 id="data">Data</h2>
${table(
  [
    'split',
    'images',
    'with foreground',
    'empty',
    'share empty',
    'groups',
    'groups without foreground',
  ],
  splits.map((split) => [
    split.name,
    countText(split.images),
    countText(split.images - split.empty),
    countText(split.empty),
    split.images === 0 ? ABSENT : percentText(split.empty / split.images),
    countText(split.groups),
    countText(split.emptyGroups),
  ]),
)}
${table(
  [
    'class',
    'mask value',
    'share of pixels',
    'images',
    ...(isGrouped ? ['groups'] : []),
    'structures',
    'smallest',
    '25 %',
    'median',
    '75 %',
    'largest',
  ],
  classes.map(({ name, value, share, images, groups, structures, structurePixels: pixels }) => [
    name,
    String(value),
    rarePercentText(share),
    countText(images),
    ...(isGrouped ? [groups === undefined ? ABSENT : countText(groups)] : []),
    pixels === null && structures === 0 ? ABSENT : countText(structures),
    ...(pixels === null
      ? Array<string>(5).fill(ABSENT)
      : [pixels.min, pixels.q25, pixels.median, pixels.q75, pixels.max].map(countText)),
  ]),
)}
<div class="charts">${table(
    ['image size', 'images'],
    [
      ...shown.map(({ size, images }) => [sizeText(size), countText(images)]),
      ...(sizes.length > shown.length
        ? [
            [
              counted(sizes.length - shown.length, 'other size'),
              countText(sizes.slice(6).reduce((sum, { images }) => sum + images, 0)),
            ],
          ]
        : []),
    ],
  )}
${pixelSizes && table(['pixel size', 'images'], pixelSizeRows(pixelSizes, 6))}
${table(
  ['channel', 'min', 'mean', 'deviation', 'max'],
  intensity.map(({ channel, min, mean, deviation, max }) => [
    String(channel + 1),
    ...[min, mean, deviation, max].map(measureText),
  ]),
)}</div>
${resolutions && [table(resolutions.head, resolutions.rows), ...resolutions.notes.map((note) => html`<p class="muted">${note}</p>`)]}
${
  groups.length > 0 &&
  html`<details class="card"><summary>${counted(groups.length, 'group')} of several images</summary>${table(
    ['group', 'split', 'images', 'empty'],
    groups
      .slice(0, 500)
      .map(({ name, splits: own, images, empty }) => [
        name,
        own.join(', '),
        countText(images),
        countText(empty),
      ]),
  )}</details>`
}`;
}

function histograms({ structures, shares }: InspectionCharts): Markup {
  return html`<div class="charts">
${structures.map(({ name, chart: drawn }) => chart(`Structures of ${name}`, 'How many connected structures have which size.', drawn, ''))}
${chart('Foreground of an image', 'Images with foreground, by how much of them it is.', shares, 'No image has foreground.')}
</div>`;
}

function batchBlock({ batches }: Inspection, { batches: drawn }: InspectionCharts): Markup {
  if ('problem' in batches) {
    return html`<h2 id="batches">Batches</h2><p class="stopped"><strong>The sampler cannot draw.</strong> ${batches.problem}</p>`;
  }
  const several = batches.classes.length > 1;
  return html`<h2 id="batches">Batches</h2>
<p class="muted">${batchTitle(batches)}, counted in the sampler's own plan.</p>
<dl class="small card">${(
    [
      ['empty images in a batch', percentText(batches.emptyShare)],
      ['structures in a batch', averageText(batches.structuresPerBatch)],
      ['batches without any foreground', percentText(batches.batchesWithoutForeground)],
      ['foreground pixels in the batches', rarePercentText(batches.foregroundShare)],
      ...(batches.window === null
        ? []
        : ([
            [
              'windows that miss all foreground of their image',
              percentText(batches.emptiedByWindow),
            ],
          ] as const)),
    ] as const
  ).map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>
<div class="charts">${chart('Over the epochs', 'Shares in the epochs that were looked at.', drawn, '')}</div>
${
  several &&
  table(
    ['class', 'structures in a batch', 'batches without it'],
    batches.classes.map(({ name, structuresPerBatch, batchesWithout }) => [
      name,
      averageText(structuresPerBatch),
      percentText(batchesWithout),
    ]),
  )
}`;
}

const KINDS: Readonly<Record<InspectionExample['kind'], string>> = {
  smallest: 'little foreground',
  typical: 'a typical amount',
  largest: 'much foreground',
  empty: 'empty',
};

function gallery(
  examples: readonly InspectionExample[],
  remark: string | undefined,
): Markup | false {
  if (examples.length === 0) return false;
  const label = remark !== undefined && /synthetic/i.test(remark) ? ' (synthetic images)' : '';
  return html`<h2 id="examples">Examples${label}</h2>
<p class="legend"><span>Each picture: the image; the image with the outline of the truth, enlarged where the white frame is.</span><span><i class="truth"></i>truth</span></p>
<div class="gallery">${examples.map((example) => {
    const text = `${KINDS[example.kind]}${example.foreground > 0 ? `: ${countText(example.foreground)} px` : ''}`;
    const slice = example.slice === undefined ? '' : `, slice ${example.slice}`;
    return html`<figure class="card"><img alt="${example.id}: ${text}" width="${example.width}" height="${example.height}" loading="lazy" src="data:image/png;base64,${trusted(Buffer.from(example.png).toString('base64'))}"><figcaption><span class="id" title="${sizeText(example.size)}">${example.id}${slice}</span><span>${text}, ${example.split}</span></figcaption></figure>`;
  })}</div>`;
}

function recommended({ recommendation: { settings, manifest } }: Inspection): Markup {
  return html`<h2 id="recommended">Recommended</h2>
<p class="muted">Derived from the counts above. <code>raremask init DATA</code> writes such a manifest.</p>
<div class="scroll"><table class="stack"><thead><tr><th>setting</th><th>value</th><th>because</th></tr></thead>
<tbody>${settings.map(({ path, value, reason }) => html`<tr><td><code>${path}</code></td><td><code>${valueText(value)}</code></td><td class="what">${reason}</td></tr>`)}</tbody></table></div>
<details class="card"><summary>The whole manifest</summary><pre>${manifest}</pre></details>`;
}

/** A setting's value on one line. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
