import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { OptionsSchema, PluginKind } from '../contracts/plugin.ts';
import type { Json } from '../contracts/random.ts';
import { isRaremaskError, manifestMissing, type RaremaskError } from '../errors.ts';
import { optionsJsonSchema } from '../host/handshake.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import { loadPlugin } from '../host/loadPlugin.ts';
import { contradictions } from './contradictions.ts';
import { type Schema, unknownKeys } from './describeSchema.ts';
import { type Environment, substitute } from './environment.ts';
import { explain, type Subject, unknown } from './explain.ts';
import { inOrder, ManifestErrors, type Mistake } from './mistake.ts';
import { applyOverride } from './override.ts';
import { readFileText } from './readYaml.ts';
import { resolvedYaml } from './resolvedYaml.ts';
import { type Manifest, shape } from './shape.ts';
import { expandShorthand } from './shorthand.ts';
import { dotted, find, merge, type Path, placeOf, type TreeNode, toJson } from './tree.ts';

export interface LoadOptions {
  /** Overrides, `train.epochs=5`, applied in order after the files. */
  readonly set?: readonly string[];
  /** What `${env:NAME}` reads; left out, the environment of the process. */
  readonly env?: Environment;
  /** Where relative paths start, instead of the first file's folder. */
  readonly folder?: string;
}

/** A manifest that is ready to run: every plugin loaded, every option checked. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  readonly plugins: {
    readonly dataset: LoadedPlugin<'dataset'>;
    readonly model: LoadedPlugin<'model'>;
    readonly sampler: LoadedPlugin<'sampler'>;
    readonly losses: readonly LoadedPlugin<'loss'>[];
  };
  /** Where relative paths start, absolute. */
  readonly folder: string;
  /** The files, absolute, in the order in which they were merged. */
  readonly files: readonly string[];
  /** The manifest with every override, variable and default in it. */
  toYaml(): string;
  /** Where a setting is written, for example `raremask.yaml:8:10`. */
  position(path: Path): string;
}

const DEFAULT_SAMPLER = '@raremask/sampler';
const shapeSchema: Schema = shape['~standard'].jsonSchema.input({ target: 'draft-07' });

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
  const { root, brokenFrom } = await readTree(files, options, mistakes);
  const paths = files.map((file) => resolve(file));
  const folder = options.folder === undefined ? dirname(resolve(first)) : resolve(options.folder);

  const found: Mistake[] = [];
  const checked = shape.safeParse(toJson(root));
  const subject: Subject = { root, base: [], schema: shapeSchema };
  for (const issue of checked.error?.issues ?? []) found.push(...explain(issue, subject));
  found.push(...contradictions(root));
  const load = <K extends PluginKind>(kind: K, path: Path) =>
    loadOne(root, folder, kind, path, found);
  const losses = find(root, ['loss']);
  const lossCount = losses?.type === 'list' ? losses.items.length : 0;
  const [dataset, model, sampler, ...terms] = await Promise.all([
    load('dataset', ['data']),
    load('model', ['model']),
    load('sampler', ['sampler']),
    ...Array.from({ length: lossCount }, (_, index) => load('loss', ['loss', index])),
  ]);

  // Where the text is broken, what follows was not read as it was meant, and may be there after all.
  mistakes.push(
    ...found.filter(({ at, error }) => {
      const end = brokenFrom[at.source] ?? Number.POSITIVE_INFINITY;
      const whole = brokenFrom.every((offset) => offset === Number.POSITIVE_INFINITY);
      return at.offset < end && (whole || error.code !== 'RAREMASK_MISSING_SETTING');
    }),
  );
  const loaded = [dataset, model, sampler, ...terms];
  if (mistakes.length > 0 || !checked.success || loaded.includes(undefined)) {
    throw new ManifestErrors(files, inOrder(mistakes));
  }
  const plugins = {
    dataset: dataset!,
    model: model!,
    sampler: sampler!,
    losses: terms.map((term) => term!),
  };
  const manifest = await withDefaults(checked.data, plugins);
  return {
    manifest,
    plugins,
    folder,
    files: paths,
    toYaml: () => resolvedYaml(manifest, plugins, paths),
    position: (path) => placeOf(root, path).text,
  };
}

/** All files merged, overridden and with the environment in it. */
async function readTree(
  files: readonly string[],
  { set = [], env = process.env }: LoadOptions,
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
    const node = expandShorthand(read.node!);
    root = root === undefined ? node : merge(root, node);
  }
  root ??= {
    type: 'map',
    at: { text: files.join(', '), source: 0, offset: 0 },
    entries: new Map(),
  };
  for (const [index, override] of set.entries()) {
    root = applyOverride(root, override, files.length + index, mistakes);
  }
  return { root: expandShorthand(substitute(root, env, mistakes)), brokenFrom };
}

async function readText(file: string): Promise<string | RaremaskError> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return manifestMissing(file, resolve(file));
  }
}

/** Loads the plugin that is named at a path, and checks its options. Undefined where one of them fails. */
async function loadOne<K extends PluginKind>(
  root: TreeNode,
  folder: string,
  kind: K,
  path: Path,
  mistakes: Mistake[],
): Promise<LoadedPlugin<K> | undefined> {
  const isDefault = kind === 'sampler' && find(root, path) === undefined;
  const useNode = find(root, [...path, 'use']);
  const use = isDefault
    ? DEFAULT_SAMPLER
    : useNode?.type === 'scalar' && !useNode.unknown
      ? useNode.value
      : undefined;
  if (typeof use !== 'string' || use === '') return undefined;
  const at = placeOf(root, [...path, 'use']);
  const optionsPath = [...path, 'with'];
  const withNode = find(root, optionsPath);
  try {
    const where = isDefault ? `${at.text} (no sampler is named)` : at.text;
    const plugin = await loadPlugin(use, folder, kind, where);
    if (withNode !== undefined && withNode.type !== 'map') return undefined;
    const rawOptions = withNode === undefined ? {} : toJson(withNode);
    const checked = await checkOptions(plugin.plugin.options, rawOptions, {
      root,
      base: optionsPath,
    });
    mistakes.push(...checked.mistakes);
    if (checked.mistakes.length > 0) return undefined;
    const place = dotted(path);
    return { ...plugin, options: checked.options, rawOptions, place, position: at.text };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    mistakes.push({ at, error });
    return undefined;
  }
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
  plugins: LoadedManifest['plugins'],
): Promise<Manifest> {
  const { data, model, sampler, loss } = manifest;
  return {
    ...manifest,
    data: { ...data, with: await visibleOptions(plugins.dataset) },
    model: { ...model, with: await visibleOptions(plugins.model) },
    loss: await Promise.all(
      loss.map(async (term, index) => ({
        ...term,
        with: await visibleOptions(plugins.losses[index]!),
      })),
    ),
    sampler: { ...sampler, with: await visibleOptions(plugins.sampler) },
  };
}

async function visibleOptions({
  plugin,
  options,
  rawOptions,
}: LoadedPlugin<PluginKind>): Promise<Record<string, unknown>> {
  const raw = rawOptions as Record<string, Json>;
  if (plugin.options === undefined) return raw;
  const json = JSON.parse(JSON.stringify(options)) as Record<string, Json>;
  const again = await plugin.options['~standard'].validate(json);
  const stands =
    again.issues === undefined &&
    JSON.stringify(again.value) === JSON.stringify(options) &&
    unknownKeys(json, optionsJsonSchema(plugin.options)).length === 0;
  return stands ? json : raw;
}
