import type { Facts } from '@raremask/core';
import { classMask, components, foregroundMask } from '@raremask/metrics';
import type { Predicted } from './predicting.ts';

export const COLOURS = [
  [235, 90, 200],
  [90, 190, 255],
  [255, 190, 60],
  [120, 230, 120],
  [255, 120, 90],
  [170, 140, 255],
] as const;
/** From no foreground to all of it. */
const HEAT = [
  [8, 8, 20],
  [58, 28, 110],
  [150, 44, 124],
  [236, 92, 84],
  [254, 190, 104],
  [255, 252, 214],
] as const;

/** A card with the image, its mask, where the network doubts, and what was found. */
export function cardOf(name: string, { judged, files }: Predicted, facts: Facts): HTMLElement {
  const card = element('section', 'card');
  card.append(element('h2', '', name));
  const { sample, decision, foreground } = judged;
  const [height, width] = sample.size as [number, number];
  const grey = levels(sample.image, facts.channels);
  const mask = foregroundMask(decision.predicted, facts);
  const first = facts.overlapping ? 0 : 1;
  const names = facts.classes.slice(first).map(({ name: own }) => own);
  const views = element('div', 'views');
  const legend = names.map((own, at) => `${own} ${colourName(at)}`).join(', ');
  views.append(
    view('image', width, height, (pixel) => grey(pixel)),
    view(`mask: ${legend}`, width, height, (pixel) => {
      for (let index = facts.classes.length - 1; index >= first; index--) {
        const has = facts.overlapping
          ? decision.predicted[pixel * facts.classes.length + index] === 1
          : decision.predicted[pixel] === index;
        if (has) return mixed(grey(pixel), COLOURS[(index - first) % COLOURS.length]!);
      }
      return grey(pixel);
    }),
    view(
      'probability of foreground, 0 to 1',
      width,
      height,
      (pixel) => heat(foreground[pixel]!),
      'scale',
    ),
  );
  card.append(views);
  const largest = foreground.reduce((most, value) => Math.max(most, value), 0);
  const facts1: [string, string][] = [
    ['structures', String(components(mask, sample.size).count)],
    ...names.map((own, at): [string, string] => {
      const pixels = classMask(decision.predicted, at + first, facts).reduce(
        (sum, one) => sum + one,
        0,
      );
      return [`pixels of ${own}`, String(pixels)];
    }),
    ['largest probability', largest.toFixed(3)],
    ...(judged.presence === undefined
      ? []
      : ([['probability of any structure', judged.presence.toFixed(3)]] as [string, string][])),
  ];
  const list = element('dl', '');
  for (const [title, value] of facts1) {
    const row = element('div', '');
    row.append(element('dt', '', title), element('dd', '', value));
    list.append(row);
  }
  card.append(list, links(files));
  return card;
}

/** A card of an image that could not be predicted. */
export function failedCard(name: string, reason: string): HTMLElement {
  const card = element('section', 'card failed');
  card.append(element('h2', '', name), element('p', '', reason));
  return card;
}

type Colour = readonly [number, number, number];

function view(
  title: string,
  width: number,
  height: number,
  colour: (pixel: number) => Colour,
  scale?: string,
): HTMLElement {
  const figure = element('figure', '');
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d')!;
  const picture = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    picture.data.set([...colour(pixel), 255], pixel * 4);
  }
  context.putImageData(picture, 0, 0);
  const caption = element('figcaption', '', title);
  if (scale !== undefined) caption.append(' ', element('i', scale));
  figure.append(canvas, caption);
  return figure;
}

/** From the darkest to the brightest value of the image, by channel where there are three. */
function levels(image: ArrayLike<number>, channels: number): (pixel: number) => Colour {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < image.length; at++) {
    low = Math.min(low, image[at]!);
    high = Math.max(high, image[at]!);
  }
  const level = (at: number) => (high > low ? ((image[at]! - low) / (high - low)) * 255 : 0);
  return (pixel) => {
    const at = pixel * channels;
    return channels === 3
      ? [level(at), level(at + 1), level(at + 2)]
      : [level(at), level(at), level(at)];
  };
}

function mixed(under: Colour, over: Colour): Colour {
  return under.map((value, at) => 0.45 * value + 0.55 * over[at]!) as unknown as Colour;
}

function heat(share: number): Colour {
  const place = Math.min(Math.max(share, 0), 1) * (HEAT.length - 1);
  const below = Math.min(Math.floor(place), HEAT.length - 2);
  return HEAT[below]!.map(
    (value, at) => value + (place - below) * (HEAT[below + 1]![at]! - value),
  ) as unknown as Colour;
}

export function colourName(at: number): string {
  return ['pink', 'blue', 'amber', 'green', 'red', 'violet'][at % COLOURS.length]!;
}

/** Where the files are saved. */
export function links(files: Predicted['files'], type = 'image/png'): HTMLElement {
  const line = element('p', 'muted', 'Save: ');
  for (const [index, { path, bytes }] of files.entries()) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    link.download = path.replaceAll('/', '_');
    link.dataset.path = path;
    link.textContent = path;
    if (index > 0) line.append(', ');
    line.append(link);
  }
  return line;
}

export function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}
