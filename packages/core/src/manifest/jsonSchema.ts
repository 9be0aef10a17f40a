import { resolve } from 'node:path';
import type { Plugin, PluginKind } from '../contracts/plugin.ts';
import { optionsJsonSchema } from '../host/handshake.ts';
import { loadInstalled } from '../host/loadPlugin.ts';
import { propertiesOf, type Schema } from './describeSchema.ts';
import { shape } from './shape.ts';

interface Named {
  /** What a manifest writes after `use`. */
  readonly specifier: string;
  readonly plugin: Plugin;
  /** Key of its options' schema among the definitions. */
  readonly definition: string;
}

/**
 * The JSON Schema (draft-07) of manifests in a folder: the manifest's own, and for every plugin that
 * is installed there the schema of its options, which counts where `use` names the plugin. Files are
 * allowed any options; a plugin that does not load is left out.
 */
export async function manifestJsonSchema(folder: string): Promise<object> {
  const plugins = (await loadInstalled(resolve(folder))).flatMap(
    ({ specifier, loaded }): Named[] =>
      loaded instanceof Error
        ? []
        : [{ specifier, plugin: loaded, definition: specifier.replaceAll(/[^\w.-]+/g, '.') }],
  );
  const own: Schema = shape['~standard'].jsonSchema.input({ target: 'draft-07' });
  const properties = propertiesOf(own);
  const of = (kind: PluginKind) => plugins.filter(({ plugin }) => plugin.kind === kind);
  const terms = properties.loss!;
  return {
    ...own,
    title: 'raremask manifest',
    properties: {
      ...properties,
      data: withPlugins(properties.data!, of('dataset')),
      model: withPlugins(properties.model!, of('model')),
      loss: { ...terms, items: withPlugins(terms.items as Schema, of('loss')) },
      sampler: withPlugins(properties.sampler!, of('sampler')),
      train: withShortSchedule(properties.train!),
    },
    definitions: Object.fromEntries(
      plugins.map(({ plugin, definition }) => [definition, embedded(plugin, definition)]),
    ),
  };
}

/** A place that names a plugin: `use` is one of the installed ones or a file, and says what `with` is. */
function withPlugins(place: Schema, plugins: readonly Named[]): Schema {
  const { use, with: options, ...rest } = propertiesOf(place);
  return {
    ...place,
    properties: {
      use: {
        description: use!.description,
        anyOf: [
          ...plugins.map(({ specifier, plugin }) => ({
            const: specifier,
            description: plugin.summary ?? plugin.name,
          })),
          {
            type: 'string',
            pattern: String.raw`^(\.{1,2}/|/|[A-Za-z]:[\\/])`,
            description: "A file, from the manifest's folder",
          },
        ],
      },
      with: { type: 'object', default: {}, description: options!.description },
      ...rest,
    },
    allOf: plugins.map(({ specifier, plugin, definition }) => ({
      if: { properties: { use: { const: specifier } }, required: ['use'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        properties: { with: { $ref: `#/definitions/${definition}` } },
        ...(requiresOptions(plugin) && { required: ['with'] }),
      },
    })),
  };
}

function withShortSchedule(train: Schema): Schema {
  const properties = propertiesOf(train);
  const { description, default: standard, ...long } = properties.schedule!;
  const short = propertiesOf(long).use!;
  const schedule = { description, default: standard, anyOf: [{ enum: short.enum }, long] };
  return { ...train, properties: { ...properties, schedule } };
}

function requiresOptions({ options }: Plugin): boolean {
  const required = options === undefined ? [] : optionsJsonSchema(options).required;
  return Array.isArray(required) && required.length > 0;
}

/** A plugin's schema as a definition: its references lead into itself, and it refuses unknown keys. */
function embedded({ options }: Plugin, definition: string): unknown {
  if (options === undefined) return { type: 'object', additionalProperties: false };
  const { $schema, $id, ...schema } = optionsJsonSchema(options);
  return rewritten(schema, `#/definitions/${definition}`, true);
}

const OF_SCHEMAS = new Set(['properties', 'patternProperties', 'definitions', '$defs']);
const OPEN = new Set(['allOf', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']);
const CLOSED = new Set(['anyOf', 'oneOf', 'items', 'additionalItems', 'additionalProperties']);

/**
 * Moves references to below `base`. Where `closes`, a map that says nothing about further keys
 * allows none, as the manifest reads it; parts of an intersection do not know each other's keys.
 */
function rewritten(value: unknown, base: string, closes: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, base, closes));
  if (typeof value !== 'object' || value === null) return value;
  const schema: Record<string, unknown> = {};
  for (const [keyword, inner] of Object.entries(value)) {
    if (keyword === '$ref' && typeof inner === 'string') schema[keyword] = base + inner.slice(1);
    else if (OF_SCHEMAS.has(keyword)) {
      schema[keyword] = Object.fromEntries(
        Object.entries(inner as Schema).map(([name, one]) => [name, rewritten(one, base, true)]),
      );
    } else if (OPEN.has(keyword)) schema[keyword] = rewritten(inner, base, false);
    else if (CLOSED.has(keyword)) schema[keyword] = rewritten(inner, base, true);
    else schema[keyword] = inner;
  }
  const silent = 'properties' in schema && !('additionalProperties' in schema);
  return closes && silent ? { ...schema, additionalProperties: false } : schema;
}
