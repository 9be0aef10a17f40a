import type { Plane } from './plane.ts';

type Colour = readonly [number, number, number];

/** Colours of the overlays, apart for every kind of colour vision. */
export const OVERLAY_COLOURS = {
  truth: [0, 224, 120],
  predicted: [255, 72, 214],
  alarm: [255, 160, 0],
  frame: [255, 255, 255],
} as const satisfies Record<string, Colour>;

/** An RGB picture, 8 bits a channel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A part of a plane. */
interface View {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const LEAST = 192;
const MOST = 256;
/** Pixels of the larger extent that an enlarged part shows at least. */
const LEAST_VIEW = 28;
const GAP = 4;
const GAP_COLOUR: Colour = [128, 128, 128];
const UNJUDGED = 255;

/**
 * Draws the panels of one plane side by side: the image; the image with the outlines of truth and
 * prediction; the probability of foreground where it is known. Where the structures are small in
 * the image, the later panels show the part around them, framed in the first.
 *
 * @param alarms draws the prediction in the colour of alarms, for images whose truth is empty
 */
export function drawOverlay(plane: Plane, alarms: boolean): Picture {
  const whole: View = { top: 0, left: 0, height: plane.height, width: plane.width };
  const scale = scaleOf(plane);
  const height = Math.max(1, Math.round(plane.height * scale));
  const width = Math.max(1, Math.round(plane.width * scale));
  const view = interestingPart(plane) ?? whole;
  const first = imagePanel(plane, whole, height, width);
  if (view !== whole) drawFrame(first, view, plane);
  const second = imagePanel(plane, view, height, width);
  drawOutlines(second, plane, view, alarms ? OVERLAY_COLOURS.alarm : OVERLAY_COLOURS.predicted);
  const panels = [first, second];
  if (plane.probability)
    panels.push(probabilityPanel(plane.probability, plane, view, height, width));
  return sideBySide(panels);
}

/** A whole factor for small planes; less than 1 for large ones. */
function scaleOf({ height, width }: Plane): number {
  const largest = Math.max(height, width);
  return largest > MOST ? MOST / largest : Math.max(1, Math.ceil(LEAST / largest));
}

/** The part around everything that is foreground or predicted, where it is much smaller. */
function interestingPart(plane: Plane): View | undefined {
  const { height, width } = plane;
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const truth = plane.truth[pixel]!;
      if ((truth === 0 || truth === UNJUDGED) && plane.predicted[pixel] === 0) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  if (bottom < 0) return undefined;
  const share = Math.max(
    (2 * (bottom - top + 1)) / height,
    (2 * (right - left + 1)) / width,
    LEAST_VIEW / Math.max(height, width),
  );
  if (share > 0.6) return undefined;
  const [viewHeight, viewWidth] = [Math.ceil(height * share), Math.ceil(width * share)];
  const centred = (low: number, high: number, extent: number, all: number) =>
    Math.min(Math.max(Math.round((low + high + 1 - extent) / 2), 0), all - extent);
  return {
    top: centred(top, bottom, viewHeight, height),
    left: centred(left, right, viewWidth, width),
    height: viewHeight,
    width: viewWidth,
  };
}

/** Nearest neighbour where the view is enlarged, the mean of the covered pixels where it shrinks. */
function imagePanel(plane: Plane, view: View, height: number, width: number): Picture {
  const { pixels, channels } = plane;
  const data = new Uint8Array(height * width * 3);
  forEachCell(view, height, width, (cell, y0, y1, x0, x1) => {
    for (let channel = 0; channel < 3; channel++) {
      const own = channels === 3 ? channel : 0;
      let sum = 0;
      for (let y = y0; y < y1; y++) {
        for (let x = x0; x < x1; x++) sum += pixels[(y * plane.width + x) * channels + own]!;
      }
      data[cell * 3 + channel] = Math.round(sum / ((y1 - y0) * (x1 - x0)));
    }
  });
  return { width, height, data };
}

/** The largest probability that a cell covers, so that a small peak is not averaged away. */
function probabilityPanel(
  probability: Uint8Array,
  plane: Plane,
  view: View,
  height: number,
  width: number,
): Picture {
  const data = new Uint8Array(height * width * 3);
  forEachCell(view, height, width, (cell, y0, y1, x0, x1) => {
    let most = 0;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) most = Math.max(most, probability[y * plane.width + x]!);
    }
    data.set(heat(most / 255), cell * 3);
  });
  return { width, height, data };
}

/** Calls back with the pixels of the plane, from y0 and x0 up to before y1 and x1, of each cell. */
function forEachCell(
  view: View,
  height: number,
  width: number,
  each: (cell: number, y0: number, y1: number, x0: number, x1: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    const y0 = view.top + Math.floor((row * view.height) / height);
    const y1 = Math.max(y0 + 1, view.top + Math.floor(((row + 1) * view.height) / height));
    for (let column = 0; column < width; column++) {
      const x0 = view.left + Math.floor((column * view.width) / width);
      const x1 = Math.max(x0 + 1, view.left + Math.floor(((column + 1) * view.width) / width));
      each(row * width + column, y0, y1, x0, x1);
    }
  }
}

const HEAT: readonly Colour[] = [
  [8, 8, 20],
  [58, 28, 110],
  [150, 44, 124],
  [236, 92, 84],
  [254, 190, 104],
  [255, 252, 214],
];

/** From dark to bright, so that it reads without colour too. */
function heat(value: number): Colour {
  const place = value * (HEAT.length - 1);
  const index = Math.min(Math.floor(place), HEAT.length - 2);
  const share = place - index;
  return [0, 1, 2].map((channel) =>
    Math.round(HEAT[index]![channel]! * (1 - share) + HEAT[index + 1]![channel]! * share),
  ) as unknown as Colour;
}

/**
 * The truth's line runs just outside of it and the prediction's just inside, so that both are seen
 * where they agree. What is foreground in both but of another class is dotted; what is not judged
 * is hatched.
 */
function drawOutlines(picture: Picture, plane: Plane, view: View, predictedColour: Colour): void {
  const { height, width } = picture;
  const truth = maskCells(plane.truth, plane, view, height, width);
  const predicted = maskCells(plane.predicted, plane, view, height, width);
  const scale = Math.min(height / view.height, width / view.width);
  const thick = Math.max(1, Math.min(3, Math.floor(scale / 2)));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column;
      const here = truth[cell]!;
      const said = predicted[cell]!;
      if (here === UNJUDGED && (row + column) % 6 === 0)
        blend(picture, cell, OVERLAY_COLOURS.frame);
      if (
        edge(predicted, row, column, height, width, thick, (near) => said !== 0 && near !== said)
      ) {
        picture.data.set(predictedColour, cell * 3);
      }
      const outside = (near: number) => near !== 0 && near !== UNJUDGED && near !== here;
      if (
        (here === 0 || here === UNJUDGED) &&
        edge(truth, row, column, height, width, thick, outside)
      ) {
        picture.data.set(OVERLAY_COLOURS.truth, cell * 3);
      }
      if (confused(here, said) && row % 4 === 0 && column % 4 === 0) {
        picture.data.set(OVERLAY_COLOURS.frame, cell * 3);
      }
    }
  }
}

function confused(truth: number, predicted: number): boolean {
  return truth !== 0 && truth !== UNJUDGED && predicted !== 0 && truth !== predicted;
}

/** The largest judged label that each cell covers, so that nothing small is lost. */
function maskCells(
  labels: Uint8Array,
  plane: Plane,
  view: View,
  height: number,
  width: number,
): Uint8Array {
  const cells = new Uint8Array(height * width);
  forEachCell(view, height, width, (cell, y0, y1, x0, x1) => {
    let label = 0;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const own = labels[y * plane.width + x]!;
        if (label === 0 || label === UNJUDGED || (own !== UNJUDGED && own > label)) {
          label = own === 0 && label === UNJUDGED ? label : own;
        }
      }
    }
    cells[cell] = label;
  });
  return cells;
}

/** Whether a cell within reach along a row or column fulfils the condition. */
function edge(
  cells: Uint8Array,
  row: number,
  column: number,
  height: number,
  width: number,
  reach: number,
  condition: (near: number) => boolean,
): boolean {
  for (let step = 1; step <= reach; step++) {
    if (row >= step && condition(cells[(row - step) * width + column]!)) return true;
    if (row + step < height && condition(cells[(row + step) * width + column]!)) return true;
    if (column >= step && condition(cells[row * width + column - step]!)) return true;
    if (column + step < width && condition(cells[row * width + column + step]!)) return true;
  }
  return false;
}

function blend({ data }: Picture, cell: number, colour: Colour): void {
  for (let channel = 0; channel < 3; channel++) {
    data[cell * 3 + channel] = Math.round((data[cell * 3 + channel]! + colour[channel]!) / 2);
  }
}

function drawFrame(picture: Picture, view: View, plane: Plane): void {
  const place = (value: number, extent: number, cells: number) =>
    Math.min(Math.round((value * cells) / extent), cells - 1);
  const top = place(view.top, plane.height, picture.height);
  const bottom = place(view.top + view.height, plane.height, picture.height);
  const left = place(view.left, plane.width, picture.width);
  const right = place(view.left + view.width, plane.width, picture.width);
  const dot = (row: number, column: number) =>
    picture.data.set(OVERLAY_COLOURS.frame, (row * picture.width + column) * 3);
  for (let column = left; column <= right; column++) {
    dot(top, column);
    dot(bottom, column);
  }
  for (let row = top; row <= bottom; row++) {
    dot(row, left);
    dot(row, right);
  }
}

function sideBySide(panels: readonly Picture[]): Picture {
  const height = panels[0]!.height;
  const width = panels.reduce((sum, panel) => sum + panel.width, GAP * (panels.length - 1));
  const data = new Uint8Array(height * width * 3);
  for (let cell = 0; cell < height * width; cell++) data.set(GAP_COLOUR, cell * 3);
  let left = 0;
  for (const panel of panels) {
    for (let row = 0; row < height; row++) {
      const from = row * panel.width * 3;
      data.set(panel.data.subarray(from, from + panel.width * 3), (row * width + left) * 3);
    }
    left += panel.width + GAP;
  }
  return { width, height, data };
}
