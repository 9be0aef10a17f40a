import type { Config, TopLevelSpec } from 'vega-lite';

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

/** A chart whose colours are the page's own variables, so that it follows its theme. */
export interface Chart {
  readonly svg: string;
  /** The lines, where there are several; the page writes their names, since it knows its font. */
  readonly legend: readonly Pick<Line, 'name' | 'colour' | 'dash'>[];
}

export const WIDTH = 420;
export const HEIGHT = 225;

const CONFIG: Config = {
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  background: 'transparent',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 6,
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    gridColor: 'var(--grid)',
    tickSize: 4,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, labelPadding: 7 },
};

/** Of ticks. Where its digits are left to the axis, 0.12 after 0.1 comes out as 0.1. */
export const NUMBER = '.6~g';

/** Powers of ten, with twos and fives between them where the powers alone are few. */
export function logTicks(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++) {
    ticks.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(2))));
  }
  return ticks.filter((tick) => tick >= from && tick <= to);
}

/** Vega is loaded here and not before: it is large, and only a report needs it. */
export async function drawn(spec: object, legend: Chart['legend'] = []): Promise<Chart> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const { spec: compiled } = compile({
    ...spec,
    config: CONFIG,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 4,
  } as unknown as TopLevelSpec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    const text = await view.toSVG();
    // Inside of HTML an SVG needs no namespace, and the page should name no address at all.
    const svg = text
      .replace(/ xmlns(:\w+)?="[^"]*"/g, '')
      .replace(/<svg ([^>]*?)width="[\d.]+" height="[\d.]+"/, '<svg role="img" $1');
    return { svg, legend };
  } finally {
    view.finalize();
  }
}
