import type { Augmentation } from './augmentation.ts';
import type { Dataset } from './dataset.ts';
import type {
  DatasetDefinition,
  LossDefinition,
  Needs,
  OptionsSchema,
  PluginDefinition,
  ServiceDefinition,
} from './definition.ts';
import type { Loss } from './loss.ts';
import type { Model } from './model.ts';
import type { Optimizer } from './optimizer.ts';
import type { Sampler } from './sampler.ts';
import type { Schedule } from './schedule.ts';
import type { Score } from './score.ts';
import type { Tracker } from './tracker.ts';

/**
 * What host, loader, schema and records know of a kind of plugin. A new kind is a row here, a file with
 * its contract, and a `define` function: nothing else names the kinds one by one.
 */
export interface KindRow {
  /** Where a manifest names plugins of this kind, for example `data` or `train.optimizer`. */
  readonly key: string;
  /** What messages call it. */
  readonly word: string;
  /** One sentence for the manifest's schema. */
  readonly describe: string;
  /** Where it stands among a loaded manifest's plugins. */
  readonly as: string;
  /** Whether the key holds a list. */
  readonly many: boolean;
  /** What `create` must give: a function, an object with these members, or whatever its token says. */
  readonly product: 'function' | 'anything' | readonly string[];
  /** What is taken where a manifest names none; left out, there may be none, or the key is required. */
  readonly standard?: string;
  /** Short words that a manifest may write after `use`, and what they stand for. */
  readonly names?: Readonly<Record<string, string>>;
  /** Options that older manifests wrote beside `use`: they are read as if they stood below `with`. */
  readonly flat?: readonly string[];
  /** What a map in the place of the list holds, in the order in which its entries come in the list. */
  readonly map?: readonly MapEntry[];
}

/** One entry of a list, as a map writes it: under its word, with its options as the value. */
export interface MapEntry {
  /** The short word. */
  readonly use: string;
  /** Options that stand in the map itself; the entry is then there in any case. */
  readonly options?: readonly string[];
}

/** A row that carries, as types alone, what a plugin of this kind looks like and what it makes. */
type Kind<Product, Definition, Row extends KindRow> = Row & {
  readonly types?: { readonly product: Product; readonly definition: Definition };
};

function kind<Product, Definition = PluginDefinition<Any, Any, Product>>() {
  return <const Row extends KindRow>(row: Row): Kind<Product, Definition, Row> => row;
}

// biome-ignore lint/suspicious/noExplicitAny: a plugin's option types are its own
type Any = any;

/** Subpaths of a package, by their short words. */
function entries(from: string, words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(words.map((word) => [word, `${from}/${word}`]));
}

export const KINDS = {
  dataset: kind<Dataset, DatasetDefinition<Any, Any>>()({
    key: 'data',
    word: 'data set',
    describe: 'The data set and how it is divided',
    as: 'dataset',
    many: false,
    product: ['facts', 'ids', 'group', 'read'],
  }),
  model: kind<Model>()({
    key: 'model',
    word: 'model',
    describe: 'The network',
    as: 'model',
    many: false,
    product: ['weights', 'buffers', 'multipleOf', 'forward'],
  }),
  loss: kind<Loss, LossDefinition<Any, Any>>()({
    key: 'loss',
    word: 'loss',
    describe: 'The terms of the loss; their weighted sum is trained on',
    as: 'losses',
    many: true,
    product: 'function',
  }),
  sampler: kind<Sampler>()({
    key: 'sampler',
    word: 'sampler',
    describe: 'Which images and windows make the next batch',
    as: 'sampler',
    many: false,
    product: ['batches'],
    standard: '@raremask/sampler',
  }),
  optimizer: kind<Optimizer>()({
    key: 'train.optimizer',
    word: 'optimizer',
    describe: 'What moves the weights',
    as: 'optimizer',
    many: false,
    product: ['slots', 'update'],
    standard: 'adam',
    names: entries('@raremask/optimizers', ['adam', 'adamw', 'sgd', 'lion']),
    flat: ['beta1', 'beta2', 'epsilon', 'weightDecay'],
  }),
  schedule: kind<Schedule>()({
    key: 'train.schedule',
    word: 'schedule',
    describe: 'How the learning rate changes',
    as: 'schedule',
    many: false,
    product: ['factor'],
    standard: 'cosine',
    names: entries('@raremask/schedules', [
      'constant',
      'cosine',
      'poly',
      'one-cycle',
      'step',
      'plateau',
    ]),
    flat: ['final', 'power'],
  }),
  score: kind<Score>()({
    key: 'evaluate.scores',
    word: 'score',
    describe: 'Further scores, beside those that every run has',
    as: 'scores',
    many: true,
    product: ['title', 'unit', 'better', 'meaning', 'empty', 'measure', 'of'],
  }),
  augmentation: kind<Augmentation>()({
    key: 'train.augment',
    word: 'augmentation',
    describe: 'Random changes of the training images',
    as: 'augmentations',
    many: true,
    product: [],
    names: entries('@raremask/augmentations', [
      'flip-rotate',
      'turn',
      'scale',
      'elastic',
      'paste',
      'gamma',
      'contrast',
      'brightness',
      'blur',
      'noise',
      'cutout',
    ]),
    map: [
      { use: 'flip-rotate', options: ['flip', 'rotate'] },
      { use: 'turn' },
      { use: 'scale' },
      { use: 'elastic' },
      { use: 'paste' },
      { use: 'gamma' },
      { use: 'contrast' },
      { use: 'brightness' },
      { use: 'blur' },
      { use: 'noise' },
      { use: 'cutout' },
    ],
  }),
  tracker: kind<Tracker>()({
    key: 'trackers',
    word: 'tracker',
    describe: 'Who else gets what happens in a run, for example TensorBoard',
    as: 'trackers',
    many: true,
    product: [],
    names: {
      tensorboard: '@raremask/tracker-tensorboard',
      mlflow: '@raremask/tracker-mlflow',
    },
  }),
  service: kind<unknown, ServiceDefinition<Any, Any, Any>>()({
    key: 'services',
    word: 'service',
    describe:
      'What plugins of this manifest provide to the others, for example a clock or another census',
    as: 'services',
    many: true,
    product: 'anything',
  }),
} as const;

/** The table as those read it who know no kind by name. */
export type Kinds = Readonly<Record<string, KindRow>>;

export type PluginKind = keyof typeof KINDS;

type Types<K extends PluginKind> = NonNullable<(typeof KINDS)[K]['types']>;
type Branded<K extends string, Definition> = Definition & { readonly kind: K };

export type PluginByKind = {
  [K in PluginKind]: Branded<K, Types<K>['definition']>;
};
export type ProductByKind = { [K in PluginKind]: Types<K>['product'] };
export type Plugin = PluginByKind[PluginKind];

export type LossPlugin = PluginByKind['loss'];
export type SamplerPlugin = PluginByKind['sampler'];
export type ModelPlugin = PluginByKind['model'];
export type DatasetPlugin = PluginByKind['dataset'];
export type OptimizerPlugin = PluginByKind['optimizer'];
export type SchedulePlugin = PluginByKind['schedule'];
export type ScorePlugin = PluginByKind['score'];
export type AugmentationPlugin = PluginByKind['augmentation'];
export type TrackerPlugin = PluginByKind['tracker'];
export type ServicePlugin = PluginByKind['service'];

/** Declares a loss. The default export of a plugin's module. */
export function defineLoss<
  S extends OptionsSchema = OptionsSchema,
  N extends Needs = Record<never, never>,
>(definition: LossDefinition<S, N>): Branded<'loss', LossDefinition<S, N>> {
  return Object.freeze({ ...definition, kind: 'loss' as const });
}

/** Declares a data set. The default export of a plugin's module. */
export function defineDataset<
  S extends OptionsSchema = OptionsSchema,
  N extends Needs = Record<never, never>,
>(definition: DatasetDefinition<S, N>): Branded<'dataset', DatasetDefinition<S, N>> {
  return Object.freeze({ ...definition, kind: 'dataset' as const });
}

/** Declares a service, which other plugins of a manifest may need. The default export of a plugin's module. */
export function defineService<
  T,
  S extends OptionsSchema = OptionsSchema,
  N extends Needs = Record<never, never>,
>(definition: ServiceDefinition<S, N, T>): Branded<'service', ServiceDefinition<S, N, T>> {
  return Object.freeze({ ...definition, kind: 'service' as const });
}

/** Makes the function that declares plugins of a kind whose definition has nothing of its own. */
function defining<K extends PluginKind>(kind: K) {
  return <S extends OptionsSchema = OptionsSchema, N extends Needs = Record<never, never>>(
    definition: PluginDefinition<S, N, ProductByKind[K]>,
  ): Branded<K, PluginDefinition<S, N, ProductByKind[K]>> => Object.freeze({ ...definition, kind });
}

/** Declares a sampler. The default export of a plugin's module. */
export const defineSampler = defining('sampler');
/** Declares a model. The default export of a plugin's module. */
export const defineModel = defining('model');
/** Declares an optimizer. The default export of a plugin's module. */
export const defineOptimizer = defining('optimizer');
/** Declares a schedule of the learning rate. The default export of a plugin's module. */
export const defineSchedule = defining('schedule');
/** Declares a score. The default export of a plugin's module. */
export const defineScore = defining('score');
/** Declares an augmentation. The default export of a plugin's module. */
export const defineAugmentation = defining('augmentation');
/** Declares a tracker. The default export of a plugin's module. */
export const defineTracker = defining('tracker');
