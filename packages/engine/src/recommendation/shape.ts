import type { Coarser } from './coarser.ts';
import type { TrainingFigures } from './figures.ts';
import type { Start } from './start.ts';
import { WINDOW_SIDES } from './windowSides.ts';
import type { Within } from './within.ts';

/** What several settings derive from the figures: sizes of steps and of what they see. */
export interface TrainingShape {
  /** Extents of a window; undefined where whole images are trained on. */
  readonly window: readonly number[] | undefined;
  /** Extents that whole images of several sizes are brought to; undefined where they are not. */
  readonly fit: readonly number[] | undefined;
  /** Extents that the network sees in a step: of a window, or the median ones of an image. */
  readonly seen: readonly number[];
  readonly batch: number;
  /** Batches of an epoch. */
  readonly perEpoch: number;
  /** How often it goes through the images: more than once where they are few and there is a budget. */
  readonly laps: number;
  readonly epochs: number;
  /** Images with foreground. */
  readonly filled: number;
  /** Share of images without foreground. */
  readonly emptyShare: number;
  /** What a budget of time came to; undefined where none was given. */
  readonly within: Within | undefined;
  /** A resolution that was chosen without a budget; undefined where images stay as they are. */
  readonly coarser: Coarser | undefined;
  /** Published weights that the network begins with; undefined where it begins at random. */
  readonly start: Start | undefined;
}

/** Steps of a training of minutes on a CPU where images are small. */
export const STEPS = 1500;
/** The same of a network that starts from published weights: it has less to learn, and a step costs more. */
export const STARTED_STEPS = 300;
/** Seconds of a budget for which these are enough. */
const SHORT = 300;

/**
 * Steps that a wider network must leave of a budget: a longer one goes half into width and half into steps, since a
 * step costs about the square of the width. All of it in width gave a network that had not learnt small structures.
 */
export function stepsWithin(seconds: number, start: Start | undefined): number {
  const least = start ? STARTED_STEPS : STEPS;
  return Math.round(least * Math.sqrt(Math.max(seconds / SHORT, 1)));
}

/** Seconds of an epoch's steps below which what ends it, about a tenth of one, takes a noticeable share of a budget. */
const LEAST_OF_EPOCH = 2;
/** As many epochs are left where they are made longer for that, since ramps and validations count in them. */
const LEAST_EPOCHS = 20;

/** Longest extent of a whole image that is still trained on as it is. */
const WHOLE = { 2: 192, 3: 64 } as const;
/** Extents of windows are multiples of it: the lowest level of a network of depth 4, of a published encoder 5. */
const MULTIPLE = { own: 16, published: 32 } as const;
/** Share of a median image from which a window shows nearly as much, and holds a structure far more often. */
const NEARLY_WHOLE = 0.5;

/** What a shape depends on beside the figures. */
export interface ShapeOptions {
  /** What a budget came to, at the resolution of the figures. */
  readonly within?: Within | undefined;
  /** A resolution that was chosen without a budget, where the figures are of it. */
  readonly coarser?: Coarser | undefined;
  /** Whether images are brought to another resolution; left out, whether one was chosen. */
  readonly resized?: boolean;
  readonly start?: Start | undefined;
}

export function shapeOf(
  figures: TrainingFigures,
  {
    within,
    coarser,
    resized = (within?.resolution ?? coarser?.factor ?? 1) !== 1,
    start,
  }: ShapeOptions = {},
): TrainingShape {
  const { space, images, empty, medianSize } = figures;
  const multiple = start ? MULTIPLE.published : MULTIPLE.own;
  const fit = resized ? fitOf(figures, multiple) : undefined;
  const window = fit ? undefined : windowOf(figures, multiple);
  const batch = Math.max(1, Math.min(8, images));
  const lap = Math.max(Math.ceil(images / batch), 1);
  const laps = within ? lapsOf(lap, within) : 1;
  const perEpoch = laps * lap;
  return {
    window,
    fit,
    seen: window ?? fit ?? medianSize.map((extent) => extent || WINDOW_SIDES[space].least),
    batch,
    perEpoch,
    laps,
    epochs: within
      ? Math.max(Math.round(within.steps / perEpoch), 1)
      : Math.min(
          Math.max(Math.ceil((start ? STARTED_STEPS : STEPS) / perEpoch), start ? 4 : 20),
          200,
        ),
    filled: images - empty,
    emptyShare: images === 0 ? 0 : empty / images,
    within,
    coarser,
    start,
  };
}

/** How often an epoch goes through the images, of which one lap is so many steps. */
function lapsOf(lap: number, { costs, steps }: Within): number {
  const wished = Math.ceil(LEAST_OF_EPOCH / (lap * costs.step));
  return Math.max(Math.min(wished, Math.floor(steps / (lap * LEAST_EPOCHS))), 1);
}

function windowOf(figures: TrainingFigures, multiple: number): number[] | undefined {
  const { space, oneSize, largestSize, structureReach } = figures;
  if (oneSize && Math.max(...largestSize) <= WHOLE[space]) return undefined;
  const { least, most } = WINDOW_SIDES[space];
  const wished = Math.min(Math.max(2 * structureReach, least), most);
  return largestSize.map((extent) =>
    roundUp(Math.min(wished, Math.max(extent, multiple)), multiple),
  );
}

/** One size for images of several, where a window would hold half of them or more. */
function fitOf(figures: TrainingFigures, multiple: number): number[] | undefined {
  const { space, oneSize, medianSize } = figures;
  const window = windowOf(figures, multiple);
  if (space !== 2 || oneSize || window === undefined) return undefined;
  const size = medianSize.map((extent) => roundUp(Math.max(extent, multiple), multiple));
  if (Math.max(...size) > WHOLE[space]) return undefined;
  return product(window) >= NEARLY_WHOLE * product(medianSize) ? size : undefined;
}

function product(extents: readonly number[]): number {
  return extents.reduce((all, extent) => all * extent, 1);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Poolings after which something is left of what a step sees, of a network that takes so many pixels together. */
export function depthOf(
  { seen, start }: Pick<TrainingShape, 'seen' | 'start'>,
  patch: 1 | 2 = 1,
): number {
  // A published encoder has from 2 to 5, and a pixel or two of the lowest are enough: it knows what it sees.
  if (start) return Math.max(2, Math.min(5, Math.floor(Math.log2(Math.min(...seen) / 2))));
  const own = Math.min(4, Math.floor(Math.log2(Math.min(...seen) / 6)));
  return Math.max(1, patch === 1 ? own : own - 1);
}
