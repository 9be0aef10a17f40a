import type { Dataset, SourceReader } from '../contracts/dataset.ts';
import type { DatasetFacts, Facts } from '../contracts/facts.ts';
import {
  KINDS,
  type KindRow,
  type Kinds,
  type PluginByKind,
  type PluginKind,
  type ProductByKind,
} from '../contracts/kinds.ts';
import type { Log } from '../contracts/log.ts';
import type { RandomStream } from '../contracts/random.ts';
import { log as logToken, rng as rngToken } from '../contracts/services.ts';
import type { Needs, Token } from '../contracts/token.ts';
import { isRaremaskError } from '../error.ts';
import {
  cannotOpenImages,
  imagesDiffer,
  missingServices,
  pluginChangesShared,
  pluginFailed,
  pluginProduct,
  scopeClosed,
  serviceFailed,
} from './errors.ts';
import { giveBack, type Held, isDisposable } from './giveBack.ts';
import type { LoadedPlugin } from './loadedPlugin.ts';
import { createRandom } from './random.ts';
import { type Position, type Provision, Scope } from './scopes.ts';
import { checkServices, providedBy } from './services.ts';
import { leavingShared } from './sharedState.ts';
import { stackPlace } from './stackPlace.ts';
import { standsFor } from './standardServices.ts';
import { answered } from './unanswered.ts';

/** What the host must know of a plugin to make it. */
export type MakeablePlugin<K extends PluginKind> = Pick<
  LoadedPlugin<K>,
  'kind' | 'plugin' | 'options' | 'place'
> &
  Partial<Pick<LoadedPlugin<K>, 'url'>>;

/** The scope of a process. */
export interface Host {
  run(options: RunOptions): RunScope;
  /** Disposes every run that is still open, then the services of the process. */
  dispose(): Promise<void>;
}

export interface HostOptions {
  /** Services of the process. */
  readonly provide?: readonly Provision[];
  /** Left out, the kinds that this core knows. */
  readonly kinds?: Kinds;
}

export interface RunOptions {
  /** Every random stream of the run follows from it. */
  readonly seed: number;
  /** Where the plugins' lines go; left out, to stderr. */
  readonly log?: Log;
  readonly provide?: readonly Provision[];
  /** Services that plugins provide, as a manifest names them: they take the places of the run's own. */
  readonly services?: readonly MakeablePlugin<'service'>[];
}

/** The scope of one run: its services, its random streams, and what was made of its plugins. */
export interface RunScope {
  /**
   * Offers a service to the plugins of the run. It is made when the first of them asks, once, and
   * shared. `replace` puts it in the place of one that is offered already and that nobody has yet.
   */
  provide<T>(
    token: Token<T>,
    make: () => T | Promise<T>,
    options?: { readonly replace?: boolean },
  ): void;
  /** Offers a service that every plugin gets its own of, by its place in the manifest. */
  provideView<T>(
    token: Token<T>,
    make: (position: Position) => T,
    options?: { readonly replace?: boolean },
  ): void;
  /** Makes a plugin. All services that it needs and that are not offered are named before `create` runs. */
  make<K extends PluginKind>(plugin: MakeablePlugin<K>): Promise<ProductByKind[K]>;
  /**
   * Opens images without truth, as the data set decodes its own.
   *
   * @param facts of the training; where given, images of another space or other channels are refused
   */
  openImages(plugin: MakeablePlugin<'dataset'>, path: string, facts?: Facts): Promise<Dataset>;
  /** Opens what reads samples of a data set by their `source`; the plugin must have `openReader`. */
  openReader(plugin: MakeablePlugin<'dataset'>, facts: DatasetFacts): Promise<SourceReader>;
  /** A random stream of the run's, apart from those of its plugins. */
  random(name: string): RandomStream;
  /** Disposes what was made, the youngest first; then the services. What fails is told to the log: see `failedDisposals`. */
  dispose(): Promise<void>;
}

/** Opens the scope of a process. Its services are shared by all of its runs. */
export function createHost(options: HostOptions = {}): Host {
  const { provide = [], kinds = KINDS } = options;
  const scope = new Scope();
  for (const { token, make } of provide) scope.share(token, make, false);
  const runs = new Set<Run>();
  return {
    run(runOptions) {
      const run = new Run(scope, kinds, runOptions);
      runs.add(run);
      return run;
    },
    async dispose() {
      for (const run of runs) await run.dispose();
      runs.clear();
      await giveBack(stderrLog, scope.made);
    },
  };
}

class Run implements RunScope {
  /** What the run itself offers. */
  readonly #own: Scope;
  /** What plugins see: besides, the services that plugins provide. */
  readonly #scope: Scope;
  readonly #kinds: Kinds;
  readonly #streams: RandomStream;
  readonly #products: Held[] = [];
  readonly #log: Log;
  #open = true;

  constructor(parent: Scope, kinds: Kinds, options: RunOptions) {
    const { seed, log = stderrLog, provide = [], services = [] } = options;
    this.#own = new Scope(parent);
    this.#scope = new Scope(this.#own);
    this.#kinds = kinds;
    this.#log = log;
    this.#streams = createRandom(seed);
    const plugins = this.#streams.fork('plugin');
    this.#own.view(rngToken, ({ place }) => plugins.fork(place), false);
    this.#own.view(logToken, ({ name }) => prefixed(log, name), false);
    for (const { token, make } of provide) this.#own.share(token, make, true);
    checkServices(services);
    for (const service of services) {
      const by = { where: whereOf(service), url: service.url };
      this.#scope.share(service.plugin.provides, () => this.make(service), true, by);
    }
  }

  provide<T>(
    token: Token<T>,
    make: () => T | Promise<T>,
    { replace = false }: { readonly replace?: boolean } = {},
  ): void {
    this.#own.share(token, make, replace);
  }

  provideView<T>(
    token: Token<T>,
    make: (position: Position) => T,
    { replace = false }: { readonly replace?: boolean } = {},
  ): void {
    this.#own.view(token, make, replace);
  }

  async make<K extends PluginKind>(loaded: MakeablePlugin<K>): Promise<ProductByKind[K]> {
    const where = whereOf(loaded);
    const services = await this.#services(loaded);
    const plugin = loaded.plugin as PluginByKind[PluginKind];
    const product = await called(loaded, 'create', () => plugin.create(loaded.options, services));
    if (loaded.kind === 'service' && (product ?? undefined) === undefined) {
      const expected = `the service ${providedBy(plugin).name}`;
      throw pluginProduct(where, expected, 'nothing');
    }
    checkProduct(this.#kinds[loaded.kind]!, product, where);
    if (loaded.kind === 'service') {
      const standing = standsFor(providedBy(plugin), product, {
        refused: (expected, got) => pluginProduct(where, expected, got),
        call: (name, ask) => called(loaded, name, ask),
      });
      return standing as ProductByKind[K];
    }
    // What a service made is given back with the services, after those who use it.
    await this.#keep(loaded, product);
    return product as ProductByKind[K];
  }

  async openImages(
    loaded: MakeablePlugin<'dataset'>,
    path: string,
    facts?: Facts,
  ): Promise<Dataset> {
    const where = whereOf(loaded);
    const { plugin, options } = loaded;
    if (plugin.openImages === undefined) throw cannotOpenImages(where);
    const services = await this.#services(loaded);
    const dataset = await called(loaded, 'openImages', () =>
      plugin.openImages!(path, options, services),
    );
    checkProduct(this.#kinds.dataset!, dataset, where);
    await this.#keep(loaded, dataset);
    if (facts !== undefined) {
      const describe = (of: Facts) =>
        `${of.space}-D images of ${of.channels} ${of.channels === 1 ? 'channel' : 'channels'}`;
      const [expected, got] = [describe(facts), describe(dataset.facts)];
      if (expected !== got) throw imagesDiffer(where, path, expected, got);
    }
    return dataset;
  }

  async openReader(loaded: MakeablePlugin<'dataset'>, facts: DatasetFacts): Promise<SourceReader> {
    const services = await this.#services(loaded);
    const reader = await called(loaded, 'openReader', () =>
      loaded.plugin.openReader!(facts, loaded.options, services),
    );
    await this.#keep(loaded, reader);
    return reader;
  }

  random(name: string): RandomStream {
    return this.#streams.fork(name);
  }

  async dispose(): Promise<void> {
    this.#open = false;
    await giveBack(this.#log, this.#products, this.#scope.made, this.#own.made);
  }

  async #services(loaded: MakeablePlugin<PluginKind>): Promise<Readonly<Record<string, unknown>>> {
    if (!this.#open) throw scopeClosed();
    const where = whereOf(loaded);
    const needs: readonly (readonly [string, Token<unknown>])[] = Object.entries(
      (loaded.plugin.needs ?? {}) as Needs,
    );
    // A service that needs what it provides gets the one before it.
    const provided = loaded.kind === 'service' ? providedBy(loaded.plugin).key : undefined;
    const scopeOf = ({ key }: Token<unknown>) => (key === provided ? this.#own : this.#scope);
    const missing = needs.filter(([, token]) => !scopeOf(token).has(token));
    if (missing.length > 0) {
      const names = missing.map(([, { name }]) => name);
      throw missingServices(where, names, this.#scope.names());
    }
    const position = { place: loaded.place, name: loaded.plugin.name };
    const results = await Promise.allSettled(
      needs.map(([, token]) => scopeOf(token).at(position)(token)),
    );
    return Object.fromEntries(
      results.map((result, index) => {
        const [word, { name }] = needs[index]!;
        if (result.status === 'rejected') throw serviceFailed(where, name, result.reason);
        return [word, result.value];
      }),
    );
  }

  /** Remembers what must be disposed. A product that comes after the end is disposed at once. */
  async #keep(plugin: MakeablePlugin<PluginKind>, product: unknown): Promise<void> {
    if (!isDisposable(product)) return;
    this.#products.push({ where: whereOf(plugin), url: plugin.url, made: product });
    if (!this.#open) {
      await giveBack(this.#log, this.#products);
      throw scopeClosed();
    }
  }
}

/** Runs a plugin's code. What it throws for the user passes; any other error gets the plugin's place. */
async function called<T>(
  plugin: MakeablePlugin<PluginKind>,
  name: string,
  call: () => T | Promise<T>,
): Promise<T> {
  try {
    return await answered(
      `${whereOf(plugin)}, ${name}`,
      leavingShared(call, (changed) => pluginChangesShared(whereOf(plugin), `in ${name}`, changed)),
    );
  } catch (error) {
    if (isRaremaskError(error)) throw error;
    throw pluginFailed(whereOf(plugin), error, stackPlace(error, plugin.url));
  }
}

function checkProduct({ product: members }: KindRow, product: unknown, where: string): void {
  if (members === 'anything') return;
  if (members === 'function') {
    if (typeof product !== 'function') throw pluginProduct(where, 'a function', wordFor(product));
    return;
  }
  const expected =
    members.length === 0
      ? 'an object'
      : `an object with ${members.join(', ').replace(/, ([^,]+)$/, ' and $1')}`;
  if (typeof product !== 'object' || product === null) {
    throw pluginProduct(where, expected, wordFor(product));
  }
  const missing = members.filter((member) => !(member in product));
  if (missing.length > 0) {
    throw pluginProduct(where, expected, `an object without ${missing.join(', ')}`);
  }
}

function wordFor(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function whereOf({ place, plugin }: MakeablePlugin<PluginKind>): string {
  return `${place} (${plugin.name})`;
}

function prefixed(log: Log, name: string): Log {
  return {
    info: (line) => log.info(`${name}: ${line}`),
    warn: (line) => log.warn(`${name}: ${line}`),
  };
}

const stderrLog: Log = {
  info: (line) => process.stderr.write(`${line}\n`),
  warn: (line) => process.stderr.write(`warning: ${line}\n`),
};
