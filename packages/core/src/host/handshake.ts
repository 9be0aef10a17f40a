import { API, type OptionsSchema } from '../contracts/definition.ts';
import {
  KINDS,
  type Kinds,
  type Plugin,
  type PluginByKind,
  type PluginKind,
} from '../contracts/kinds.ts';
import {
  notPlugin,
  pluginApi,
  pluginKind,
  pluginMalformed,
  pluginNoDefault,
  pluginSchema,
} from './errors.ts';

/**
 * Takes the plugin out of a module and checks, by data alone, that it is one which this core can
 * make. A plugin of another copy of core passes.
 *
 * @param where what messages begin with
 */
export function pluginOfModule(
  module: unknown,
  use: string,
  where: string,
  kinds: Kinds = KINDS,
): Plugin {
  const exported = defaultExport(module);
  if (exported === undefined) {
    const names = Object.keys(module as object).filter((name) => name !== 'default');
    throw pluginNoDefault(where, use, names);
  }
  if (!isRecord(exported) || !('kind' in exported) || !('api' in exported)) {
    throw notPlugin(where, use, describeExport(exported));
  }
  const { kind, api } = exported;
  if (api !== API) throw pluginApi(where, use, JSON.stringify(api) ?? 'nothing', API);
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    throw notPlugin(where, use, `an object of the kind ${JSON.stringify(kind)}`);
  }
  const malformed = (field: string, expected: string) =>
    pluginMalformed(where, use, field, expected, describeExport(exported[field]));
  if (!isName(exported.name)) {
    throw malformed('name', `a word of at most ${LONGEST_NAME} letters, on one line`);
  }
  if (typeof exported.create !== 'function') throw malformed('create', 'a function');
  if (exported.needs !== undefined && !isNeeds(exported.needs)) {
    throw malformed('needs', 'a map of tokens, for example { facts, rng }');
  }
  if (kind === 'service' && !isToken(exported.provides)) {
    throw malformed('provides', 'a token, for example token<Clock>("clock")');
  }
  if (exported.options !== undefined) {
    if (!isSchema(exported.options)) {
      throw malformed('options', 'a schema that speaks Standard Schema and Standard JSON Schema');
    }
    try {
      optionsJsonSchema(exported.options);
    } catch (error) {
      throw pluginSchema(where, use, error);
    }
  }
  return exported as unknown as Plugin;
}

/** Refuses a plugin of another kind, and says where it belongs. */
export function ofKind<K extends PluginKind>(
  plugin: Plugin,
  kind: K,
  use: string,
  where: string,
  kinds: Kinds = KINDS,
): PluginByKind[K] {
  if (plugin.kind !== kind) {
    const { word, key } = kinds[plugin.kind]!;
    const words = { is: word, key, wanted: kinds[kind]!.word };
    throw pluginKind(where, use, words);
  }
  return plugin as PluginByKind[K];
}

/** What a user may write: the options' schema before defaults are filled in, as draft-07. */
export function optionsJsonSchema(options: OptionsSchema): Readonly<Record<string, unknown>> {
  return options['~standard'].jsonSchema.input({ target: 'draft-07' });
}

/** A CommonJS module, or one that was compiled to it, may wrap its default export once more. */
function defaultExport(module: unknown): unknown {
  const exported = (module as { readonly default?: unknown }).default;
  const wrapped = isRecord(exported) && !('kind' in exported) && 'default' in exported;
  return wrapped ? exported.default : exported;
}

/** Of a plugin: it stands in lines of messages, in columns, and is a key of records. */
const LONGEST_NAME = 100;

function isName(name: unknown): boolean {
  const isLine = typeof name === 'string' && name.trim() !== '' && !/\p{Cc}/u.test(name);
  return isLine && name.length <= LONGEST_NAME && name !== '__proto__';
}

function isNeeds(needs: unknown): boolean {
  return isRecord(needs) && Object.values(needs).every(isToken);
}

function isToken(token: unknown): boolean {
  return isRecord(token) && typeof token.key === 'symbol' && typeof token.name === 'string';
}

function isSchema(options: unknown): options is OptionsSchema {
  const standard = isObject(options) ? options['~standard'] : undefined;
  const jsonSchema = isRecord(standard) ? standard.jsonSchema : undefined;
  return (
    isRecord(standard) &&
    typeof standard.validate === 'function' &&
    isRecord(jsonSchema) &&
    typeof jsonSchema.input === 'function'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Schemas may be functions (ArkType). */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) || typeof value === 'function';
}

function describeExport(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') {
    const keys = Object.keys(value).slice(0, 6).join(', ');
    return keys === '' ? 'an empty object' : `an object with ${keys}`;
  }
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
