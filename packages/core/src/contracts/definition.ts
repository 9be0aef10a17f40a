import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { Dataset, SourceReader } from './dataset.ts';
import type { DatasetFacts } from './facts.ts';
import type { Loss } from './loss.ts';
import type { Json } from './random.ts';
import type { Needs, Services, Token } from './token.ts';

export type { Needs };

/** The contracts' number. A plugin made for another number is refused with a sentence. */
export const API = 1;

/** Options of a plugin: any schema that speaks Standard Schema and Standard JSON Schema (zod 4 does). */
export type OptionsSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output> &
  StandardJSONSchemaV1<Input, Output>;

/** What a schema gives once it has filled in its defaults. */
export type OptionsOf<S extends OptionsSchema> = StandardSchemaV1.InferOutput<S>;

/** What every kind of plugin has in common. */
export interface PluginDefinition<S extends OptionsSchema, N extends Needs, T> {
  /** Name in logs, curves and messages, for example `dice`. */
  readonly name: string;
  /** The number of the contracts that the plugin was written for: `API` at that time. */
  readonly api: typeof API;
  /** One sentence: what it is. */
  readonly summary?: string;
  /** Strict schema of an object; a plugin without options leaves it out. */
  readonly options?: S;
  readonly needs?: N;
  create(options: OptionsOf<S>, services: Services<N>): T | Promise<T>;
}

export interface LossDefinition<S extends OptionsSchema, N extends Needs>
  extends PluginDefinition<S, N, Loss> {
  /**
   * Says that, with these options, a sample's value depends on its neighbours in the batch.
   * A loss that returns a scalar must say so; left out, it means no.
   */
  poolsBatch?(options: OptionsOf<S>): boolean;
  /**
   * Says that where several processes share a batch, this loss pools all of it: it pools by `poolSum` of
   * `@raremask/core/loss` and in no other way. Left out, it means that it may not.
   */
  joinsProcesses?(options: OptionsOf<S>): boolean;
}

export interface ServiceDefinition<S extends OptionsSchema, N extends Needs, T>
  extends PluginDefinition<S, N, T> {
  /**
   * What `create` makes: a token of one's own, or that of a service which every run has (`census`), in whose
   * place it is then put. A service that needs what it provides gets the one before it.
   */
  readonly provides: Token<T>;
}

export interface DatasetDefinition<S extends OptionsSchema, N extends Needs>
  extends PluginDefinition<S, N, Dataset> {
  /**
   * Opens images that have no truth, decoded as the data set's own (prediction).
   * `path` is a folder or a file. `facts` are those of the training data.
   */
  openImages?(
    path: string,
    options: OptionsOf<S>,
    services: Services<N>,
  ): Dataset | Promise<Dataset>;
  /**
   * Opens what reads samples by the data set's `source`, where there is no data set: nothing is listed.
   * `facts` are those of the data set.
   */
  openReader?(
    facts: DatasetFacts,
    options: OptionsOf<S>,
    services: Services<N>,
  ): SourceReader | Promise<SourceReader>;
  /**
   * Looks at a folder and proposes options for it; undefined where it is none of this kind.
   *
   * @param folder the data, absolute
   * @param manifestFolder where the manifest will lie, absolute: relative paths start there
   */
  propose?(folder: string, manifestFolder: string): Promise<DatasetProposal | undefined>;
}

/** A list file, the rows of a CSV file whose column has a value, or the ids that begin with a text. */
type ProposedList =
  | string
  | { readonly begins: string }
  | { readonly file: string; readonly column: string; readonly value: string; readonly id: string };

/** What a data set plugin makes of a folder that nobody has described yet. */
export interface DatasetProposal {
  /** What the manifest would say under `data.with`. */
  readonly options: Readonly<Record<string, Json>>;
  /** What it would say under `data.split`; where it is a share, list files in the data set's `root` win. */
  readonly split: {
    readonly train?: ProposedList;
    readonly validation: ProposedList | number;
    readonly test?: ProposedList | number;
  };
  /**
   * What was seen and what was assumed, by place in the manifest, for example `data.with.classes`:
   * comments for the person who checks it.
   */
  readonly remarks: Readonly<Record<string, string>>;
  /**
   * More options with their remarks, guessed, that are taken where no list divides the data. A remark
   * replaces the other one of its place; an empty one takes it away.
   */
  readonly unlisted?: Pick<DatasetProposal, 'options' | 'remarks'>;
  /**
   * What `options` and `remarks` assume of some samples, such as that images without a mask show nothing: taken
   * back where lists divide the data and name none of them.
   */
  readonly assumed?: {
    readonly ids: readonly string[];
    /** Names of the options, and places of the remarks. */
    readonly options: readonly string[];
    readonly remarks: readonly string[];
  };
}
