import type { OptionsSchema } from '../contracts/definition.ts';
import { optionsJsonSchema } from '../host/handshake.ts';
import { alternatives, propertiesOf, type Schema, typeText } from './describeSchema.ts';

/** One row of a table of options. */
export interface OptionDescription {
  /** Path of the option, for example `group.file`; `[]` stands for each entry of a list. */
  readonly option: string;
  /** What it may be, in words. */
  readonly type: string;
  /** As YAML writes it; `required` or `none` where there is no default. */
  readonly default: string;
  /** The author's sentence. */
  readonly meaning: string;
}

/** The options of a plugin, for READMEs and for the command line. */
export function describeOptions(plugin: {
  readonly options?: OptionsSchema | undefined;
}): readonly OptionDescription[] {
  if (plugin.options === undefined) return [];
  const schema = optionsJsonSchema(plugin.options);
  return rows(schema, schema, '');
}

function rows(map: Schema, root: Schema, prefix: string): OptionDescription[] {
  const required = Array.isArray(map.required) ? map.required : [];
  return Object.entries(propertiesOf(map)).flatMap(([name, option]) => {
    const path = prefix + name;
    const row: OptionDescription = {
      option: path,
      type: typeText(option, root),
      default:
        'default' in option ? yaml(option.default) : required.includes(name) ? 'required' : 'none',
      meaning: typeof option.description === 'string' ? option.description : '',
    };
    const inner = alternatives(option, root).flatMap((one): OptionDescription[] => {
      if (Object.keys(propertiesOf(one)).length > 0) return rows(one, root, `${path}.`);
      const { items } = one;
      return typeof items === 'object' && items !== null && !Array.isArray(items)
        ? rows(items as Schema, root, `${path}[].`)
        : [];
    });
    return [row, ...unique(inner)];
  });
}

/** Branches of a union may share options. */
function unique(descriptions: readonly OptionDescription[]): OptionDescription[] {
  return [...new Map(descriptions.map((row) => [row.option, row])).values()];
}

function yaml(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
