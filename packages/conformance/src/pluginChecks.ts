import { API, type OptionsSchema, type Plugin } from '@raremask/core';
import type { Check } from './check.ts';
import { noJsonSchema, notDeclared, takesUnknownOption } from './pluginFaults.ts';
import { checkedOptions, validated, whereOf } from './trial/make.ts';

/**
 * What plugins of every kind must do.
 *
 * @param optionSets that it is tried with
 */
export function pluginChecks(
  plugin: Plugin,
  kind: Plugin['kind'],
  optionSets: readonly unknown[],
): readonly Check[] {
  return [
    {
      name: `is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} plugin for these contracts`,
      async run() {
        const where = plugin.name || 'the plugin';
        if (typeof plugin.name !== 'string' || plugin.name === '') {
          throw notDeclared(where, 'name', 'a word', plugin.name);
        }
        if (plugin.kind !== kind) throw notDeclared(where, 'kind', kind, plugin.kind);
        if (plugin.api !== API) throw notDeclared(where, 'api', String(API), plugin.api);
      },
    },
    {
      name: 'takes the options that it is tried with',
      async run() {
        for (const written of optionSets) {
          await checkedOptions(plugin, written, whereOf(plugin, written));
        }
      },
    },
    {
      name: 'refuses an option that it does not have',
      async run() {
        if (plugin.options === undefined) return;
        const result = await validated(plugin.options, { notAnOption: 1 }, plugin.name);
        // Options that lack something complain without one too: the number of complaints must grow.
        const without = await validated(plugin.options, {}, plugin.name);
        if ((result.issues?.length ?? 0) <= (without.issues?.length ?? 0)) {
          throw takesUnknownOption(plugin.name);
        }
      },
    },
    {
      name: 'has options that an editor can complete',
      async run() {
        if (plugin.options === undefined) return;
        const schema = jsonSchemaOf(plugin.options);
        if (!describesObject(schema)) throw noJsonSchema(plugin.name, schema);
      },
    },
  ];
}

/** The schema before defaults, which manifests are checked with, or what it threw. */
function jsonSchemaOf(options: OptionsSchema): unknown {
  try {
    return options['~standard'].jsonSchema.input({ target: 'draft-07' });
  } catch (error) {
    return error;
  }
}

function describesObject(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || schema instanceof Error) return false;
  const { type } = schema as { readonly type?: unknown };
  return type === 'object' || ['anyOf', 'oneOf', 'allOf'].some((key) => key in schema);
}
