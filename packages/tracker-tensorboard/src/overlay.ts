import type { TrackedImage } from '@raremask/core';
import { anyForeground, UNJUDGED } from './foreground.ts';

type Colour = readonly [number, number, number];

/** As in the report: apart for every kind of colour vision. */
const TRUTH: Colour = [0, 224, 120];
const PREDICTED: Colour = [255, 72, 214];
const UNKNOWN: Colour = [255, 255, 255];
const GAP_COLOUR: Colour = [128, 128, 128];

/** Extent of the longer side of a panel: small images are enlarged, large ones thinned out. */
const LEAST = 192;
const MOST = 512;
const GAP = 4;

/** An RGB picture, 8 bits a channel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The image twice, side by side: with the outline of the truth, and with that of the prediction. */
export function drawOverlay(image: TrackedImage): Picture {
  const [height, width] = image.size.slice(-2) as [number, number];
  const area = height * width;
  const pixels = image.size.reduce((product, extent) => product * extent, 1);
  const truth = anyForeground(image.truth, pixels);
  const predicted = anyForeground(image.predicted, pixels);
  const from = area * (fullestSlice(truth, area) ?? fullestSlice(predicted, area) ?? 0);
  const grey = levelled(image, from, area);
  const plane = { height, width, grey };
  return sideBySide(
    panel(plane, truth.subarray(from, from + area), TRUTH),
    panel(plane, predicted.subarray(from, from + area), PREDICTED),
  );
}

interface Plane {
  readonly height: number;
  readonly width: number;
  /** RGB, 0 to 255. */
  readonly grey: Uint8Array;
}

/** The plane with most foreground; undefined where there is none. Of an image, the only plane. */
function fullestSlice(labels: Uint8Array, area: number): number | undefined {
  let fullest: number | undefined;
  let most = 0;
  for (let slice = 0; slice < labels.length / area; slice++) {
    let count = 0;
    for (let pixel = slice * area; pixel < (slice + 1) * area; pixel++) {
      if (labels[pixel] !== 0 && labels[pixel] !== UNJUDGED) count++;
    }
    if (count > most) [fullest, most] = [slice, count];
  }
  return fullest;
}

/** Intensities from the 1st to the 99th percentile as 0 to 255; other than 3 channels show the first. */
function levelled({ image, channels }: TrackedImage, from: number, area: number): Uint8Array {
  const shown = Float32Array.from({ length: area * 3 }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), channels === 3 ? at % 3 : 0];
    return image[(from + pixel) * channels + channel]!;
  });
  const sorted = shown.filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = at(0.99) > at(0.01) ? [at(0.01), at(0.99)] : [at(0), at(1)];
  const range = high > low ? high - low : 1;
  return Uint8Array.from(shown, (value) =>
    Math.round(255 * Math.min(Math.max((value - low) / range, 0), 1)),
  );
}

/** The line runs inside of what it encloses, one cell wide; what is not judged is hatched. */
function panel(plane: Plane, labels: Uint8Array, colour: Colour): Picture {
  const longer = Math.max(plane.height, plane.width);
  const scale = longer > MOST ? MOST / longer : Math.max(1, Math.ceil(LEAST / longer));
  const height = Math.max(1, Math.round(plane.height * scale));
  const width = Math.max(1, Math.round(plane.width * scale));
  const cells = labelCells(plane, labels, height, width);
  const data = new Uint8Array(height * width * 3);
  const pixelOf = (row: number, column: number) =>
    Math.floor((row * plane.height) / height) * plane.width +
    Math.floor((column * plane.width) / width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column;
      const own = cells[cell]!;
      const pixel = pixelOf(row, column);
      if (own === UNJUDGED && (row + column) % 6 === 0) data.set(UNKNOWN, cell * 3);
      else if (own !== 0 && own !== UNJUDGED && atEdge(cells, row, column, height, width)) {
        data.set(colour, cell * 3);
      } else data.set(plane.grey.subarray(pixel * 3, pixel * 3 + 3), cell * 3);
    }
  }
  return { width, height, data };
}

/** The largest judged label that each cell covers, so that nothing small is lost. */
function labelCells(plane: Plane, labels: Uint8Array, height: number, width: number): Uint8Array {
  const cells = new Uint8Array(height * width);
  const rank = (label: number) => (label === 0 ? 0 : label === UNJUDGED ? 1 : 1 + label);
  const first = (at: number, extent: number, all: number) => Math.floor((at * extent) / all);
  for (let row = 0; row < height; row++) {
    const top = first(row, plane.height, height);
    const bottom = Math.max(top + 1, first(row + 1, plane.height, height));
    for (let column = 0; column < width; column++) {
      const left = first(column, plane.width, width);
      const right = Math.max(left + 1, first(column + 1, plane.width, width));
      let most = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const label = labels[y * plane.width + x]!;
          if (rank(label) > rank(most)) most = label;
        }
      }
      cells[row * width + column] = most;
    }
  }
  return cells;
}

/** Whether a neighbour along a row or column has another label; the picture's border is none. */
function atEdge(
  cells: Uint8Array,
  row: number,
  column: number,
  height: number,
  width: number,
): boolean {
  const own = cells[row * width + column];
  return (
    (row > 0 && cells[(row - 1) * width + column] !== own) ||
    (row < height - 1 && cells[(row + 1) * width + column] !== own) ||
    (column > 0 && cells[row * width + column - 1] !== own) ||
    (column < width - 1 && cells[row * width + column + 1] !== own)
  );
}

function sideBySide(left: Picture, right: Picture): Picture {
  const { height } = left;
  const width = left.width + GAP + right.width;
  const data = new Uint8Array(height * width * 3);
  for (let cell = 0; cell < height * width; cell++) data.set(GAP_COLOUR, cell * 3);
  for (const [picture, from] of [
    [left, 0],
    [right, left.width + GAP],
  ] as const) {
    for (let row = 0; row < height; row++) {
      const line = picture.data.subarray(row * picture.width * 3, (row + 1) * picture.width * 3);
      data.set(line, (row * width + from) * 3);
    }
  }
  return { width, height, data };
}
