import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { OptionsSchema } from '../contracts/definition.ts';
import { KINDS, type KindRow, type Kinds, type PluginKind } from '../contracts/kinds.ts';
import type { Json } from '../contracts/random.ts';
import { isRaremaskError, type RaremaskError } from '../error.ts';
import { optionsJsonSchema } from '../host/handshake.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import { loadPlugin } from '../host/loadPlugin.ts';
import { nearest } from '../nearest.ts';
import { contradictions } from './contradictions.ts';
import { type Schema, unknownKeys } from './describeSchema.ts';
import { type Environment, substitute } from './environment.ts';
import { manifestMissing, wrongSetting } from './errors.ts';
import { explain, type Subject, unknown } from './explain.ts';
import { formatMistake } from './format.ts';
import type { LoadedManifest, LoadedPlugins } from './loadedManifest.ts';
import { inOrder, ManifestErrors, type Mistake } from './mistake.ts';
import { applyOverride } from './override.ts';
import { type PluginPlace, placesOf, putOptions, writtenOptions } from './pluginPlaces.ts';
import { readFileText } from './readYaml.ts';
import { resolvedYaml, withReferences } from './resolvedYaml.ts';
import { scoreNameMistakes } from './scoreNames.ts';
import { withSearched } from './searched.ts';
import { serviceMistakes } from './serviceMistakes.ts';
import { type Manifest, manifestShape } from './shape.ts';
import { expandShorthand } from './shorthand.ts';
import { dotted, find, merge, placeOf, referencesIn, type TreeNode, toJson } from './tree.ts';

export interface LoadOptions {
  /** Overrides, `train.epochs=5`, applied in order after the files. */
  readonly set?: readonly string[];
  /** What `${env:NAME}` reads; left out, the environment of the process. */
  readonly env?: Environment;
  /** Where relative paths start, instead of the first file's folder. */
  readonly folder?: string;
  /** Where packages are looked for that the manifest's folder does not reach: beside the command. */
  readonly standard?: string;
  /** Left out, the kinds that this core knows. */
  readonly kinds?: Kinds;
}

/**
 * Reads, merges and checks manifests, loads their plugins, and checks the plugins' options.
 *
 * @param files the later one wins; the folder of the first is where relative paths start
 * @throws ManifestErrors with every mistake at once
 */
export async function loadManifest(
  files: readonly string[],
  options: LoadOptions = {},
): Promise<LoadedManifest> {
  const [first] = files;
  if (first === undefined) {
    throw new ManifestErrors([], [manifestMissing('manifest', resolve('raremask.yaml'))]);
  }
  const mistakes: Mistake[] = [];
  const { kinds = KINDS } = options;
  const { root, brokenFrom } = await readTree(files, options, kinds, mistakes);
  const paths = files.map((file) => resolve(file));
  const folder = options.folder === undefined ? dirname(resolve(first)) : resolve(options.folder);

  const found: Mistake[] = [];
  const shape = manifestShape(kinds);
  const checked = shape.safeParse(toJson(root));
  const schema: Schema = shape['~standard'].jsonSchema.input({ target: 'draft-07' });
  const subject: Subject = { root, base: [], schema };
  for (const issue of checked.error?.issues ?? []) found.push(...explain(issue, subject));
  found.push(...contradictions(root));
  const placed = placesOf(root, kinds);
  const loaded = await Promise.all(
    placed.map((place) =>
      loadOne({ root, folder, kinds, standard: options.standard }, place, found),
    ),
  );
  found.push(
    ...scoreNameMistakes(
      root,
      loaded.filter((_, index) => placed[index]!.kind === 'score') as (
        | LoadedPlugin<'score'>
        | undefined
      )[],
    ),
  );

  found.push(...serviceMistakes(root, loaded));

  // Where the text is broken, what follows was not read as it was meant, and may be there after all.
  mistakes.push(
    ...found.filter(({ at, error }) => {
      const end = brokenFrom[at.source] ?? Number.POSITIVE_INFINITY;
      const whole = brokenFrom.every((offset) => offset === Number.POSITIVE_INFINITY);
      return at.offset < end && (whole || error.code !== 'RAREMASK_MISSING_SETTING');
    }),
  );
  if (mistakes.length > 0 || !checked.success || loaded.includes(undefined)) {
    throw new ManifestErrors(files, inOrder(mistakes));
  }
  const all = loaded as LoadedPlugin<PluginKind>[];
  const manifest = await withDefaults(checked.data, placed, all);
  const references = [...referencesIn(root)];
  return {
    manifest,
    plugins: byKind(all, kinds),
    all,
    folder,
    files: paths,
    toYaml: () => resolvedYaml(manifest, all, paths, references),
    toJson: () => JSON.parse(JSON.stringify(withReferences(manifest, references))) as Json,
    position: (path) => placeOf(root, path).text,
  };
}

function byKind(all: readonly LoadedPlugin<PluginKind>[], kinds: Kinds): LoadedPlugins {
  const entries = Object.entries(kinds).map(([kind, { as, many }]) => {
    const own = all.filter((plugin) => plugin.kind === kind);
    return [as, many ? own : own[0]];
  });
  return Object.fromEntries(entries) as LoadedPlugins;
}

/** All files merged, overridden and with the environment in it. */
async function readTree(
  files: readonly string[],
  { set = [], env = process.env }: LoadOptions,
  kinds: Kinds,
  mistakes: Mistake[],
): Promise<{ readonly root: TreeNode; readonly brokenFrom: readonly number[] }> {
  const brokenFrom: number[] = [];
  let root: TreeNode | undefined;
  for (const [source, file] of files.entries()) {
    const text = await readText(file);
    if (typeof text !== 'string') {
      mistakes.push({ at: { text: file, source, offset: 0 }, error: text });
      brokenFrom.push(0);
      continue;
    }
    const read = readFileText(text, file, source);
    mistakes.push(...read.mistakes);
    brokenFrom.push(read.mistakes.length > 0 ? read.brokenFrom : Number.POSITIVE_INFINITY);
    refuseLater(files, read.node!);
    const node = expandShorthand(read.node!, kinds);
    root = root === undefined ? node : merge(root, node);
  }
  root ??= {
    type: 'map',
    at: { text: files.join(', '), source: 0, offset: 0 },
    entries: new Map(),
  };
  for (const [index, override] of set.entries()) {
    root = applyOverride(root, override, files.length + index, kinds, mistakes);
  }
  const whole = substitute(root, env, mistakes);
  refuseLater(files, whole);
  return { root: withSearched(expandShorthand(whole, kinds)), brokenFrom };
}

function refuseLater(files: readonly string[], root: TreeNode): void {
  const mistake = formatMistake(root);
  if (mistake !== undefined) throw new ManifestErrors(files, [mistake.error]);
}

async function readText(file: string): Promise<string | RaremaskError> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return manifestMissing(file, resolve(file));
  }
}

interface Where {
  readonly root: TreeNode;
  readonly folder: string;
  readonly kinds: Kinds;
  readonly standard: string | undefined;
}

/** Loads the plugin that is named at a place, and checks its options. Undefined where one of them fails. */
async function loadOne(
  { root, folder, kinds, standard }: Where,
  place: PluginPlace,
  mistakes: Mistake[],
): Promise<LoadedPlugin<PluginKind> | undefined> {
  const { kind, row, path, named } = place;
  const useNode = find(root, named);
  const use = place.use ?? (useNode?.type === 'scalar' && !useNode.unknown ? useNode.value : '');
  if (typeof use !== 'string' || use === '') return undefined;
  const at = placeOf(root, named);
  const where = place.unwritten ? `${at.text} (no ${row.word} is named)` : at.text;
  try {
    const plugin = await loadPlugin(specifierOf(use, row), folder, kind, where, {
      standard,
      kinds,
    });
    const rawOptions = writtenOptions(root, place);
    if (rawOptions === undefined) return undefined;
    const checked = await checkOptions(plugin.plugin.options, rawOptions, {
      root,
      base: place.options,
    });
    mistakes.push(...checked.mistakes);
    if (checked.mistakes.length > 0) return undefined;
    return {
      ...plugin,
      use,
      options: checked.options,
      rawOptions,
      place: dotted(path),
      position: at.text,
    };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    mistakes.push({ at, error: unknownWord(error, use, row, at.text) });
    return undefined;
  }
}

/** What a word of a kind stands for; anything else is a specifier already. */
function specifierOf(use: string, { names = {} }: KindRow): string {
  return Object.hasOwn(names, use) ? names[use]! : use;
}

/** A word without a slash where words are usual was meant as one. */
function unknownWord(error: RaremaskError, use: string, row: KindRow, at: string): RaremaskError {
  const words = Object.keys(row.names ?? {});
  const isWord = /^[a-z-]+$/.test(use) && !words.includes(use);
  if (error.code !== 'RAREMASK_PLUGIN_NOT_FOUND' || words.length === 0 || !isWord) return error;
  const expected = `${words.join(', ')}, an npm name, or a file that begins with ./`;
  return wrongSetting(at, `${row.key}.use`, expected, `"${use}"`, nearest(use, words));
}

const NO_OPTIONS: Schema = { type: 'object', properties: {} };

async function checkOptions(
  schema: OptionsSchema | undefined,
  raw: Json,
  place: Pick<Subject, 'root' | 'base'>,
): Promise<{ readonly options: unknown; readonly mistakes: readonly Mistake[] }> {
  const jsonSchema = schema === undefined ? NO_OPTIONS : optionsJsonSchema(schema);
  const subject: Subject = { ...place, schema: jsonSchema };
  const mistakes = unknownKeys(raw, jsonSchema).map((path) => unknown(path, subject));
  if (schema === undefined) return { options: raw, mistakes };
  const result = await schema['~standard'].validate(raw);
  if (result.issues === undefined) return { options: result.value, mistakes };
  return {
    options: undefined,
    mistakes: [...mistakes, ...result.issues.flatMap((issue) => explain(issue, subject))],
  };
}

/**
 * Puts the defaults of the plugins' options into the manifest, where the checked options are
 * themselves what a manifest could hold; else they stay as they are written.
 */
async function withDefaults(
  manifest: Manifest,
  places: readonly PluginPlace[],
  plugins: readonly LoadedPlugin<PluginKind>[],
): Promise<Manifest> {
  const filled = structuredClone(manifest) as unknown as Record<string, unknown>;
  for (const [index, plugin] of plugins.entries()) {
    putOptions(filled, places[index]!, await visibleOptions(plugin));
  }
  return filled as unknown as Manifest;
}

async function visibleOptions({
  plugin,
  options,
  rawOptions,
}: LoadedPlugin<PluginKind>): Promise<Record<string, unknown>> {
  const raw = rawOptions as Record<string, Json>;
  if (plugin.options === undefined) return raw;
  const text = textOf(options);
  if (text === undefined) return raw;
  const json = JSON.parse(text) as Record<string, Json>;
  const again = await plugin.options['~standard'].validate(json);
  const stands =
    again.issues === undefined &&
    textOf(again.value) === text &&
    unknownKeys(json, optionsJsonSchema(plugin.options)).length === 0;
  return stands ? json : raw;
}

/** As JSON; undefined where a schema has made something that JSON has not, for example a circle. */
function textOf(options: unknown): string | undefined {
  try {
    return JSON.stringify(options);
  } catch {
    return undefined;
  }
}
