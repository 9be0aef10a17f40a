import { counted, countText, shareText, sizeText } from '../../numberText.ts';
import type { RunRecord, Shown } from '../../record/runRecord.ts';
import { html, type Markup, trusted } from '../markup.ts';

/** Overlays: what was missed, what was falsely found, and where it works. */
export function gallery({ overlays }: RunRecord, remark: string | undefined): Markup {
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
