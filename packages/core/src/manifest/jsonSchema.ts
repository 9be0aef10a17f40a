import { resolve } from 'node:path';
import { KINDS, type KindRow, type Kinds, type Plugin } from '../contracts/kinds.ts';
import { optionsJsonSchema } from '../host/handshake.ts';
import { loadInstalled } from '../host/installed.ts';
import { propertiesOf, type Schema } from './describeSchema.ts';
import { manifestShape } from './shape.ts';

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
export async function manifestJsonSchema(folder: string, kinds: Kinds = KINDS): Promise<object> {
  const plugins = (await loadInstalled(resolve(folder), kinds)).flatMap(
    ({ specifier, loaded }): Named[] =>
      loaded instanceof Error
        ? []
        : [{ specifier, plugin: loaded, definition: specifier.replaceAll(/[^\w.-]+/g, '.') }],
  );
  const own: Schema = manifestShape(kinds)['~standard'].jsonSchema.input({ target: 'draft-07' });
  const described = Object.entries(kinds).reduce(
    (schema, [kind, row]) =>
      changedAt(schema, row.key.split('.'), (place) =>
        withKind(
          place,
          row,
          plugins.filter(({ plugin }) => plugin.kind === kind),
        ),
      ),
    own,
  );
  return {
    ...described,
    title: 'raremask manifest',
    definitions: Object.fromEntries(
      plugins.map(({ plugin, definition }) => [definition, embedded(plugin, definition)]),
    ),
  };
}

/** The schema with another one at a path of properties. */
function changedAt(
  schema: Schema,
  path: readonly string[],
  change: (place: Schema) => Schema,
): Schema {
  const [first, ...rest] = path;
  if (first === undefined) return change(schema);
  const properties = propertiesOf(schema);
  return {
    ...schema,
    properties: { ...properties, [first]: changedAt(properties[first]!, rest, change) },
  };
}

/** A key that names plugins of one kind: one of them or a list, in full or by a short word. */
function withKind(place: Schema, row: KindRow, plugins: readonly Named[]): Schema {
  const words = Object.keys(row.names ?? {});
  const one = (named: Schema): Schema => {
    const full = withPlugins(named, plugins, words);
    if (words.length === 0) return full;
    const { description, default: standard, ...long } = full;
    return {
      ...(description !== undefined && { description }),
      ...(standard !== undefined && { default: standard }),
      anyOf: [{ enum: words }, withFlat(long, row)],
    };
  };
  if (row.map === undefined) {
    return row.many ? { ...place, items: one(place.items as Schema) } : one(place);
  }
  const [list, map] = place.anyOf as readonly [Schema, Schema];
  return {
    ...place,
    anyOf: [{ ...list, items: one(list.items as Schema) }, withMap(map, row, plugins)],
  };
}

/** A map of short words: each has the options of its plugin, or some keys together have. */
function withMap(
  map: Schema,
  { map: entries = [], names = {} }: KindRow,
  plugins: readonly Named[],
) {
  const known = entries.flatMap(({ use, options }): [string, Schema][] => {
    const named = plugins.find(({ specifier }) => specifier === names[use]);
    if (named === undefined) return [];
    const definition = `#/definitions/${named.definition}`;
    if (options === undefined) return [[use, { $ref: definition }]];
    return options.map((key) => [key, { $ref: `${definition}/properties/${key}` }]);
  });
  return { ...map, properties: { ...propertiesOf(map), ...Object.fromEntries(known) } };
}

/** Options that older manifests wrote beside `use`. */
function withFlat(place: Schema, { flat = [] }: KindRow): Schema {
  const older = flat.map((key) => [key, { description: `Older form of with.${key}` }]);
  return {
    ...place,
    properties: { ...propertiesOf(place), ...Object.fromEntries(older) },
  };
}

/** A place that names a plugin: `use` is one of the installed ones or a file, and says what `with` is. */
function withPlugins(place: Schema, plugins: readonly Named[], words: readonly string[]): Schema {
  const { use, with: options, ...rest } = propertiesOf(place);
  return {
    ...place,
    properties: {
      use: {
        description: use!.description,
        ...(use!.default !== undefined && { default: use!.default }),
        anyOf: [
          ...(words.length === 0 ? [] : [{ enum: words }]),
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
    ...(plugins.length > 0 && {
      allOf: plugins.map(({ specifier, plugin, definition }) => ({
        if: { properties: { use: { const: specifier } }, required: ['use'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {
          properties: { with: { $ref: `#/definitions/${definition}` } },
          ...(requiresOptions(plugin) && { required: ['with'] }),
        },
      })),
    }),
  };
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
