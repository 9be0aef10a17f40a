// What a JSON Schema lets people write, a line for each place and case; descriptions are not part of it.

const OUTSIDE = new Set([
  ...[
    '$schema',
    '$id',
    '$ref',
    'title',
    'description',
    'examples',
    'default',
    'properties',
    'required',
    'items',
  ],
  ...[
    'additionalProperties',
    'anyOf',
    'oneOf',
    'allOf',
    'enum',
    'definitions',
    '$defs',
    'prefixItems',
    'propertyNames',
  ],
]);

/** Lines of a surface. One that begins with `!` asks for what older files do not have. */
export function schemaLines(title, schema) {
  const lines = [`${title}\t${shapeOf(schema)}`];
  if ('default' in schema) lines.push(`${title} (default)\t${JSON.stringify(schema.default)}`);
  const below = (name, inner) => {
    // An object that is open, or closed, to further keys.
    if (typeof inner === 'boolean') lines.push(`${title}${name} (allowed)\t${inner}`);
    else lines.push(...schemaLines(`${title}${name}`, inner));
  };
  for (const [name, inner] of Object.entries(schema.properties ?? {})) below(`.${name}`, inner);
  for (const name of schema.required ?? []) {
    // What has a default is in the list of what is read, not of what is written.
    lines.push(`! ${title}.${name} (required)\tyes`);
  }
  if (schema.additionalProperties !== undefined) below('.*', schema.additionalProperties);
  if (schema.propertyNames !== undefined) below('.* name', schema.propertyNames);
  const items = schema.prefixItems ?? schema.items;
  if (Array.isArray(items))
    for (const [index, inner] of items.entries()) below(`[${index}]`, inner);
  else if (items !== undefined) below('[]', items);
  for (const value of schema.enum ?? []) lines.push(`${title} | ${JSON.stringify(value)}\tcase`);
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    for (const [index, inner] of (schema[keyword] ?? []).entries())
      below(` | ${labelOf(inner, index)}`, inner);
  }
  for (const [name, inner] of Object.entries(schema.definitions ?? schema.$defs ?? {}))
    below(` #${name}`, inner);
  return lines;
}

function shapeOf(schema) {
  const kept = Object.entries(schema).filter(([keyword]) => !OUTSIDE.has(keyword));
  const reference = schema.$ref === undefined ? [] : [schema.$ref];
  const shape = [
    ...reference,
    ...kept.map(([keyword, value]) =>
      keyword === 'type' ? [value].flat().join(' or ') : `${keyword} ${JSON.stringify(value)}`,
    ),
  ];
  return shape.join(', ') || 'anything';
}

/** A case is known by what tells it from the others, so that a further one moves none. */
function labelOf(schema, index) {
  const { const: only, type, properties } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (properties?.use?.const !== undefined) return `use ${properties.use.const}`;
  if (properties !== undefined) return `{ ${Object.keys(schema.properties).slice(0, 1).join()} }`;
  return typeof type === 'string' ? type : `${index + 1}`;
}
