import type { Json } from '../contracts/random.ts';
import type { Path } from './tree.ts';

/** A JSON Schema (draft-07), or a part of one. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What a schema allows, in words: `whole number from 1 to 8`, `adam or adamw`. */
export function typeText(schema: Schema, root: Schema = schema): string {
  const parts = alternatives(schema, root).flatMap((alternative) =>
    alternativeText(alternative, root),
  );
  const unique = [...new Set(parts)];
  if (unique.length === 0) return 'anything';
  return joined(unique);
}

/** Every way to satisfy a schema: references followed, unions spread out. */
export function alternatives(schema: Schema, root: Schema, depth = 0): Schema[] {
  if (depth > 16) return [];
  const reference = schema.$ref;
  if (typeof reference === 'string') {
    const target = resolveReference(reference, root);
    return target === undefined ? [] : alternatives(target, root, depth + 1);
  }
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].find(Array.isArray);
  if (branches !== undefined) {
    return (branches as Schema[]).flatMap((branch) => alternatives(branch, root, depth + 1));
  }
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one) => ({ ...schema, type: one }));
  return [schema];
}

function resolveReference(reference: string, root: Schema): Schema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let target: unknown = root;
  for (const part of reference.slice(1).split('/').filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = (target as Schema | undefined)?.[key];
  }
  return target as Schema | undefined;
}

/** The schemas of what lies at a path; empty where the schema says nothing about it. */
export function schemasAt(schema: Schema, path: Path): Schema[] {
  let schemas = alternatives(schema, schema);
  for (const segment of path) {
    schemas = schemas
      .flatMap((one) => childrenOf(one, segment))
      .flatMap((one) => alternatives(one, schema));
  }
  return schemas;
}

function childrenOf(schema: Schema, segment: string | number): Schema[] {
  const { items, additionalProperties } = schema;
  if (Array.isArray(items)) return isSchema(items[Number(segment)]) ? [items[Number(segment)]] : [];
  if (isSchema(items)) return [items];
  const property = propertiesOf(schema)[segment];
  if (property !== undefined) return [property];
  return isSchema(additionalProperties) ? [additionalProperties] : [];
}

export function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
}

/** The keys that a map at a path may have, as far as they have names. */
export function keysAt(schema: Schema, path: Path): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((one) => Object.keys(propertiesOf(one))))];
}

/** The words that a text at a path may be. */
export function wordsAt(schema: Schema, path: Path): string[] {
  return schemasAt(schema, path)
    .flatMap((one) => literals(one))
    .filter((word): word is string => typeof word === 'string');
}

/**
 * The keys of a value that its schema does not name. A schema that says nothing about further keys
 * is read as one that allows none; one that says they are welcome is believed.
 */
export function unknownKeys(value: Json, schema: Schema, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownKeys(item, schema, [...path, index]));
  }
  const maps = schemasAt(schema, path).filter(
    (one) => one.type === 'object' || one.properties !== undefined || isAnything(one),
  );
  const open =
    maps.length === 0 ||
    maps.some(
      (one) =>
        isAnything(one) ||
        one.patternProperties !== undefined ||
        isSchema(one.additionalProperties) ||
        one.additionalProperties === true,
    );
  const known = maps.flatMap((one) => Object.keys(propertiesOf(one)));
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, key];
    return known.includes(key) || open ? unknownKeys(item, schema, here) : [here];
  });
}

function isAnything(schema: Schema): boolean {
  return ['type', 'properties', 'enum', 'const'].every((keyword) => schema[keyword] === undefined);
}

/** A value as messages show it. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) {
    const text = JSON.stringify(value);
    return text.length <= 40 ? text : `a list of ${value.length}`;
  }
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty map' : `a map with ${keys.slice(0, 6).join(', ')}`;
  }
  return JSON.stringify(value);
}

function alternativeText(schema: Schema, root: Schema): string[] {
  const words = literals(schema);
  if (words.length > 0) return words.map((word) => (word === null ? 'null' : String(word)));
  switch (schema.type) {
    case 'integer':
      return [`whole number${rangeText(schema)}`];
    case 'number':
      return [`number${rangeText(schema)}`];
    case 'boolean':
      return ['true or false'];
    case 'null':
      return ['null'];
    case 'string':
      return [typeof schema.pattern === 'string' ? `text that matches ${schema.pattern}` : 'text'];
    case 'array':
      return [listText(schema, root)];
    case 'object': {
      const { additionalProperties } = schema;
      const free = Object.keys(propertiesOf(schema)).length === 0;
      return [
        free && isSchema(additionalProperties) && !isAnything(additionalProperties)
          ? `map of names to ${typeText(additionalProperties, root)}`
          : 'map',
      ];
    }
    default:
      return ['anything'];
  }
}

function listText(schema: Schema, root: Schema): string {
  const { items, minItems, maxItems } = schema;
  if (Array.isArray(items)) {
    const texts = items.map((item) => typeText(item as Schema, root));
    const [first] = texts;
    const same = texts.every((text) => text === first);
    return same
      ? `list of ${texts.length}: each ${first}`
      : `list of ${texts.length}: ${texts.join(', ')}`;
  }
  const count =
    minItems !== undefined && minItems === maxItems
      ? ` of ${minItems}`
      : minItems !== undefined && maxItems !== undefined
        ? ` of ${minItems} to ${maxItems}`
        : minItems !== undefined
          ? ` of at least ${minItems}`
          : maxItems !== undefined
            ? ` of at most ${maxItems}`
            : '';
  const each = isSchema(items) && !isAnything(items) ? `: each ${typeText(items, root)}` : '';
  return `list${count}${each}`;
}

function rangeText(schema: Schema): string {
  const bound = (keyword: string) => {
    const value = schema[keyword];
    return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER
      ? value
      : undefined;
  };
  const [least, most] = [bound('minimum'), bound('maximum')];
  const [above, below] = [bound('exclusiveMinimum'), bound('exclusiveMaximum')];
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined && below !== undefined) return ` from ${least} to below ${below}`;
  if (above !== undefined && most !== undefined) return ` above ${above} and at most ${most}`;
  if (above !== undefined && below !== undefined) return ` above ${above} and below ${below}`;
  if (least !== undefined) return ` of at least ${least}`;
  if (most !== undefined) return ` of at most ${most}`;
  if (above !== undefined) return ` above ${above}`;
  return below === undefined ? '' : ` below ${below}`;
}

function literals(schema: Schema): unknown[] {
  if (Array.isArray(schema.enum)) return schema.enum;
  return schema.const === undefined ? [] : [schema.const];
}

function joined(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
