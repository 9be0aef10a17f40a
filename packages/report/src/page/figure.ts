import type { Chart } from '../charts/chart.ts';
import { html, type Markup, trusted } from './markup.ts';

/** A chart as a card, or a sentence that says why there is none. */
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
