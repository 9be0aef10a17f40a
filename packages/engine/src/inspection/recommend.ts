import { type Facts, firstForeground, type Json } from '@raremask/core';
import type { Work } from '../opening/openWork.ts';
import { quantileOf } from '../survey/quantiles.ts';
import { smallStructure, structureSizes } from '../survey/structureSizes.ts';
import { type CountedSurvey, censusOf } from '../survey/survey.ts';
import { commentedManifest, type RecommendedSetting } from './recommendedManifest.ts';

/** How to train on a data set, derived from what was counted. */
export interface Recommendation {
  readonly settings: readonly RecommendedSetting[];
  /** The whole manifest as YAML, each setting with its reason in a comment. */
  readonly manifest: string;
}

/** The figures of a training split that decide. */
export interface TrainingFigures {
  readonly space: 2 | 3;
  readonly overlapping: boolean;
  readonly images: number;
  /** Images without any foreground pixel. */
  readonly empty: number;
  /** Foreground classes with their images and their share of the judged pixels. */
  readonly classes: readonly {
    readonly name: string;
    readonly images: number;
    readonly share: number;
    /** Median size of a structure in pixels, and the size that one in twenty is below; 0 of none. */
    readonly medianStructure: number;
    readonly smallStructure: number;
  }[];
  /** Share of the judged pixels that are foreground. */
  readonly foregroundShare: number;
  /** Whether all images have one size. */
  readonly oneSize: boolean;
  /** Median, and largest, extent of an image along each axis. */
  readonly medianSize: readonly number[];
  readonly largestSize: readonly number[];
  /** Median, over the images with foreground, of the longest extent of a structure; 0 of none. */
  readonly structureExtent: number;
}

/** Recommends a manifest for the data set of an opened one. */
export function recommend(work: Work, survey: CountedSurvey): Recommendation {
  const settings = recommendedSettings(figuresOf(survey, work.facts));
  const { manifest, plugins } = work.loaded;
  const { data } = manifest;
  const options = plugins.dataset.rawOptions as Readonly<Record<string, Json>>;
  const lists = typeof data.split.validation !== 'number';
  const { train, validation, test, by, stratify } = data.split;
  const split: Record<string, Json> = {
    ...(train !== undefined && { train }),
    validation,
    ...(test !== undefined && { test }),
    ...(by !== 'group' && { by }),
    ...(!lists && !stratify && { stratify }),
  };
  return {
    settings,
    manifest: commentedManifest(
      {
        name: manifest.name,
        seed: manifest.seed,
        data: {
          use: data.use,
          ...(Object.keys(options).length > 0 && { with: options }),
          split,
          ...(data.normalize !== 'set' && { normalize: data.normalize }),
        },
      },
      settings,
    ),
  };
}

/** Counts what decides, over the training split. */
function figuresOf(survey: CountedSurvey, facts: Facts): TrainingFigures {
  const first = firstForeground(facts);
  const census = censusOf(survey, facts);
  const images = survey.train.map((id) => survey.image(id));
  const sorted = (values: readonly number[]) => [...values].sort((left, right) => left - right);
  const axes = Array.from({ length: facts.space }, (_, axis) =>
    sorted(images.map(({ size }) => size[axis]!)),
  );
  const extents = sorted(
    images.flatMap(({ id, extent }) => (survey.hasForeground(id) ? [Math.max(...extent)] : [])),
  );
  const classes = census.classes.slice(first);
  return {
    space: facts.space,
    overlapping: facts.overlapping,
    images: census.images,
    empty: census.emptyImages,
    classes: classes.map(({ name, images: own, share }, index) => {
      const sizes = structureSizes(images, index + first);
      return {
        name,
        images: own,
        share,
        medianStructure: quantileOf(sizes, 0.5) || 0,
        smallStructure: smallStructure(sizes),
      };
    }),
    foregroundShare: Math.min(
      classes.reduce((sum, { share }) => sum + share, 0),
      1,
    ),
    oneSize: axes.every((axis) => axis[0] === axis.at(-1)),
    medianSize: axes.map((axis) => quantileOf(axis, 0.5)),
    largestSize: axes.map((axis) => axis.at(-1) ?? 0),
    structureExtent: quantileOf(extents, 0.5) || 0,
  };
}

/** Steps of a training of minutes on a CPU where images are small. */
const STEPS = 1500;
/** Longest extent of a whole image that is still trained on as it is. */
const WHOLE = { 2: 192, 3: 64 } as const;
/** Extents of windows are multiples of it: the lowest level of a network of depth 4. */
const MULTIPLE = 16;
const WINDOW = { 2: { least: 64, most: 128 }, 3: { least: 32, most: 64 } } as const;
/** Share of windows without foreground that a structure is copied into. */
const PASTED = 0.3;
/** Share of images with foreground among those that are sampled first. */
const FOREGROUND = 0.75;

/** Settings in the order of a manifest. */
export function recommendedSettings(figures: TrainingFigures): RecommendedSetting[] {
  const { images, empty, classes, foregroundShare } = figures;
  const settings: RecommendedSetting[] = [];
  const add = (path: string, value: Json, reason: string) => settings.push({ path, value, reason });
  const filled = images - empty;
  const emptyShare = images === 0 ? 0 : empty / images;
  const window = windowOf(figures);
  const seen = window ?? figures.medianSize.map((extent) => extent || WINDOW[figures.space].least);
  const depth = Math.max(1, Math.min(4, Math.floor(Math.log2(Math.min(...seen) / 6))));
  const batch = Math.max(1, Math.min(8, images));
  const perEpoch = Math.max(Math.ceil(images / batch), 1);
  const epochs = Math.min(Math.max(Math.ceil(STEPS / perEpoch), 20), 200);

  add('model.use', '@raremask/unet', 'the network that is installed with raremask');
  add(
    'model.with.filters',
    8,
    'small on purpose: it learns in minutes on a CPU; 16 costs several times as much, and is the first thing to raise where there is time',
  );
  add(
    'model.with.depth',
    depth,
    `the lowest level still has ${Math.floor(Math.min(...seen) / 2 ** depth)} pixels along the shortest side of ${window ? 'a window' : 'an image'} (${seen.join(' x ')})`,
  );
  add(
    'model.with.lastBias',
    'foreground-share',
    `${percent(foregroundShare)} of the training pixels are foreground: the network starts by saying so, log(f/(1-f)) = ${logit(foregroundShare)}, instead of 50 %; on a short budget this decides more than the loss does`,
  );

  add('loss[0].use', '@raremask/loss-ce', crossEntropyReason(figures));
  if (filled > 0) {
    add(
      'loss[1].use',
      '@raremask/loss-dice',
      'what is scored: it weighs a small structure as heavily as the background around it',
    );
    add(
      'loss[1].with.pool',
      'batch',
      `one quotient for the ${batch} images of a batch: an alarm on an empty image lowers it as one beside a structure does; with a quotient for each image (structures: ${structureText(figures)}, median) false alarms were more frequent, and Dice not reliably higher`,
    );
    add('loss[1].with.smooth', 0.00001, smoothReason(figures));
    add(
      'loss[1].with.empty',
      'smooth',
      `a batch that shows ${classes.length > 1 ? 'a class nowhere' : 'no structure'} says nothing here; cross-entropy does`,
    );
  }

  add('sampler.use', '@raremask/sampler', 'decides what the batches hold');
  if (emptyShare > 0.5 && filled > 0) {
    const natural = 1 - emptyShare;
    const to = Number(Math.max(natural, 1 / batch).toFixed(2));
    add(
      'sampler.with.foreground',
      { from: FOREGROUND, to, epochs: Math.max(Math.floor(epochs / 2), 1) },
      `only ${percent(natural)} of the images (${filled} of ${images}) have foreground: as they come, a batch of ${batch} would have ${(batch * natural).toFixed(1)} of them, and ${percent(emptyShare ** batch)} of the batches none; few empty images at first let the network find the structures; then it learns to stay quiet from as many as ${to > natural + 0.005 ? 'leave one image with foreground in a batch' : 'there are'}`,
    );
  } else {
    add(
      'sampler.with.foreground',
      'natural',
      `${percent(1 - emptyShare)} of the images (${filled} of ${images}) have foreground: a batch of ${batch} has ${(batch * (1 - emptyShare)).toFixed(1)} of them as it comes, and ${percent(emptyShare ** batch)} of the batches none`,
    );
  }
  const balance = classBalance(figures);
  if (balance) add('sampler.with.classBalance', 'repeat-factor', balance);
  if (window) {
    add('sampler.with.window', window, windowReason(figures, window));
    if (filled > 0) {
      add(
        'sampler.with.centred',
        0.75,
        `${percent(foregroundShare)} of the pixels are foreground: a window laid anywhere would mostly miss it; one of four still lies anywhere, so that the surroundings are learnt too`,
      );
    }
  }

  add(
    'train.epochs',
    epochs,
    `${epochs} x ${perEpoch} batches = ${epochs * perEpoch} steps; about ${STEPS} steps are a budget of minutes for small images, and more are worth it while the validation score still climbs`,
  );
  add(
    'train.batch',
    batch,
    `of ${images} training images; several of them steady a step, and eight fit into memory anywhere`,
  );
  if (figures.space === 2 && filled > 0 && (empty > 0 || window)) {
    add(
      'train.augment.paste',
      { probability: PASTED },
      `${percent(PASTED)} of the ${window ? 'windows' : 'images'} without foreground get a structure of another training image, with its contrast: ${filled} ${filled === 1 ? 'image' : 'images'} with foreground ${filled === 1 ? 'is' : 'are'} seen in front of many more backgrounds; leave it out where a structure cannot be anywhere in an image`,
    );
  }
  add(
    'train.optimizer.learningRate',
    0.003,
    'with the cosine schedule down to 0; batch normalisation bears it, and small budgets need it',
  );
  if (filled > 0) {
    add('evaluate.minimumSize', 'auto', minimumSizeReason(figures));
    add(
      'evaluate.peak',
      'auto',
      'nor does a structure that is nowhere probable enough; both are searched on the validation images, class by class, so that false alarms go and Dice stays',
    );
  }
  return settings;
}

/** Why classes are to be balanced; undefined where they are about equally frequent. */
function classBalance({ classes }: TrainingFigures): string | undefined {
  const there = classes.filter(({ images }) => images > 0);
  if (there.length < 2) return undefined;
  const [rarest] = there.toSorted((left, right) => left.images - right.images);
  const most = Math.max(...there.map(({ images }) => images));
  if (most < 2 * rarest!.images) return undefined;
  return `${rarest!.name} is in ${rarest!.images} images, the most frequent class in ${most}: images of rare classes are drawn more often, by the square root of what they lack`;
}

function minimumSizeReason({ classes }: TrainingFigures): string {
  const sizes = classes
    .filter(({ smallStructure }) => smallStructure > 0)
    .map(({ name, smallStructure: size }) => `${name} ${size} ${size === 1 ? 'pixel' : 'pixels'}`);
  return `nineteen of twenty structures are at least as large (${sizes.join(', ')}): what is predicted much smaller does not count`;
}

function windowOf(figures: TrainingFigures): number[] | undefined {
  const { space, oneSize, largestSize, structureExtent } = figures;
  if (oneSize && Math.max(...largestSize) <= WHOLE[space]) return undefined;
  const { least, most } = WINDOW[space];
  const wished = Math.min(Math.max(2 * structureExtent, least), most);
  return largestSize.map((extent) =>
    roundUp(Math.min(wished, Math.max(extent, MULTIPLE)), MULTIPLE),
  );
}

function windowReason(figures: TrainingFigures, window: readonly number[]): string {
  const { oneSize, largestSize, medianSize, structureExtent } = figures;
  const why = oneSize
    ? `images of ${largestSize.join(' x ')} are larger than a step needs to see`
    : `the images differ in size (half of them up to ${medianSize.join(' x ')}, the largest ${largestSize.join(' x ')}), and a batch needs one`;
  const structures =
    structureExtent === 0
      ? ''
      : `; the largest structure of an image is ${structureExtent} pixels long (median), and ${Math.max(...window)} ${Math.max(...window) > structureExtent ? 'shows its surroundings' : 'is what a CPU trains on in minutes'}`;
  return `${why}${structures}; validation and prediction see whole images`;
}

function crossEntropyReason({ images, empty }: TrainingFigures): string {
  return empty > 0
    ? `pixel by pixel, with a gradient on the ${empty} of ${images} training images without foreground, and it does not fade as Dice does`
    : 'pixel by pixel: it settles the background, which Dice does not look at';
}

function smoothReason({ classes }: TrainingFigures): string {
  const medians = classes.map(({ medianStructure }) => medianStructure).filter(Boolean);
  const least = medians.length === 0 ? 0 : Math.min(...medians);
  return `nothing but a guard against 0/0; a smoothing near the size of a structure (${least} pixels, median${classes.length > 1 ? ' of the smallest class' : ''}) rewards predicting nothing`;
}

function structureText({ classes }: TrainingFigures): string {
  return classes
    .map(({ name, medianStructure }) => `${name} of ${medianStructure} pixels`)
    .join(', ');
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function logit(share: number): string {
  const inside = Math.min(Math.max(share, 1e-6), 1 - 1e-6);
  return Math.log(inside / (1 - inside)).toFixed(1);
}

function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}
