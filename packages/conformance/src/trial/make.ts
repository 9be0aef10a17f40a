import {
  batchSize,
  census,
  type DatasetFacts,
  type DatasetPlugin,
  type Facts,
  facts,
  folder,
  isRaremaskError,
  type OptionsSchema,
  type Plugin,
  type ProductByKind,
  type SourceReader,
  type Survey,
  survey,
} from '@raremask/core';
import { createHost, type MakeablePlugin, provision, type RunScope } from '@raremask/core/host';
import { cannotMake, optionsRefused, unforeseen } from '../pluginFaults.ts';
import { censusOf, describeTask } from './tasks.ts';

/** What plugins are given, besides random streams and a log that nobody reads. */
export interface Offered {
  /** Absent for a data set, which says them itself. */
  readonly facts?: Facts;
  readonly survey?: Survey;
  readonly batchSize?: number;
  /** Absolute. */
  readonly folder?: string;
  readonly seed?: number;
}

/** A plugin made, and the scope that it lives in. */
export interface Made<K extends Plugin['kind']> extends MadeOf<ProductByKind[K]> {}

/** Something that a plugin has made, and the scope that it lives in. */
export interface MadeOf<T> {
  readonly product: T;
  /** With defaults. */
  readonly options: unknown;
  dispose(): Promise<void>;
}

/**
 * Makes a plugin as a run does.
 *
 * @param written options as a manifest writes them
 */
export async function make<K extends Plugin['kind']>(
  plugin: Extract<Plugin, { kind: K }>,
  written: unknown,
  offered: Offered,
): Promise<Made<K>> {
  const kind: Plugin['kind'] = plugin.kind;
  return await madeBy(plugin, written, offered, (run, options) =>
    run.make({ kind, plugin, options, place: kind } as unknown as MakeablePlugin<K>),
  );
}

/** Opens images without truth as a prediction does. */
export async function openImages(
  plugin: DatasetPlugin,
  written: unknown,
  path: string,
  folder: string,
): Promise<Made<'dataset'>> {
  return await madeBy(plugin, written, { folder }, (run, options) =>
    run.openImages({ kind: 'dataset', plugin, options, place: 'data' }, path),
  );
}

/** Opens what reads samples by their sources, as a reading thread does. */
export async function openReader(
  plugin: DatasetPlugin,
  written: unknown,
  facts: DatasetFacts,
  folder: string,
): Promise<MadeOf<SourceReader>> {
  return await madeBy(plugin, written, { folder }, (run, options) =>
    run.openReader({ kind: 'dataset', plugin, options, place: 'data' }, facts),
  );
}

async function madeBy<T>(
  plugin: Plugin,
  written: unknown,
  offered: Offered,
  makeIn: (run: RunScope, options: unknown) => Promise<T>,
): Promise<MadeOf<T>> {
  const where = whereOf(plugin, written, offered.facts);
  const options = await checkedOptions(plugin, written, where);
  const host = createHost();
  const run = host.run({
    seed: offered.seed ?? 0,
    log: { info() {}, warn() {} },
    provide: [
      provision(batchSize, () => offered.batchSize ?? 3),
      provision(folder, () => offered.folder ?? process.cwd()),
    ],
  });
  offerFacts(run, offered.facts);
  offerSurvey(run, offered.survey);
  try {
    const product = await makeIn(run, options);
    return { product, options, dispose: () => host.dispose() };
  } catch (error) {
    await host.dispose();
    if (isRaremaskError(error) && error.category !== 'plugin') throw error;
    throw cannotMake(where, error);
  }
}

function offerFacts(run: RunScope, known: Facts | undefined): void {
  if (known === undefined) return;
  run.provide(facts, () => known);
  run.provide(census, () => async () => censusOf(known));
}

function offerSurvey(run: RunScope, counted: Survey | undefined): void {
  if (counted !== undefined) run.provide(survey, () => async () => counted);
}

/** Options with their defaults; throws the schema's complaints. */
export async function checkedOptions(
  plugin: Plugin,
  written: unknown,
  where: string,
): Promise<unknown> {
  if (plugin.options === undefined) return written;
  const result = await validated(plugin.options, written, where);
  if (result.issues === undefined) return result.value;
  throw optionsRefused(where, result.issues.map(complaint));
}

/** What the schema says of options; a schema that throws is a fault. */
export async function validated(schema: OptionsSchema, written: unknown, where: string) {
  try {
    return await schema['~standard'].validate(written);
  } catch (error) {
    throw unforeseen(where, error);
  }
}

/** What a schema complains of, by Standard Schema. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** For example `filter.low: Invalid input: expected number, received undefined`. */
function complaint({ message, path = [] }: Issue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}

/** For example `dice {"pool":"batch"}, 2 exclusive classes, 2-D`. */
export function whereOf(plugin: Plugin, written: unknown, facts?: Facts): string {
  const options = JSON.stringify(written) ?? '{}';
  return `${plugin.name} ${options}${facts === undefined ? '' : `, ${describeTask(facts)}`}`;
}
