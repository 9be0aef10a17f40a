import { parse } from 'yaml';
import type { OptionsSchema } from '../contracts/definition.ts';

/**
 * What is wrong with the use of a plugin in the yaml blocks of its README: options that the schema refuses. Also
 * that no block has it, since the block of the template is then what stands there.
 *
 * @param use as a manifest calls the plugin
 */
export async function readmeFaults(
  readme: string,
  use: string,
  { options }: { readonly options?: OptionsSchema | undefined },
): Promise<readonly string[]> {
  const blocks = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)];
  const written = blocks.flatMap(([, text]) => optionsOf(parse(text!), use));
  if (written.length === 0) return [`no yaml block has use: ${use}`];
  const faults: string[] = [];
  for (const one of written) {
    if (options === undefined) {
      for (const key of Object.keys(one)) faults.push(`${key}: the plugin has no options`);
      continue;
    }
    const { issues = [] } = await options['~standard'].validate(one);
    for (const { message, path = [] } of issues) {
      const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
      faults.push([...keys.map(String), message].join(': '));
    }
  }
  return faults;
}

/** The options of a plugin, wherever a part of a manifest names it. */
function optionsOf(part: unknown, use: string): object[] {
  if (part === use) return [{}];
  if (typeof part !== 'object' || part === null) return [];
  const { use: named, ...rest } = part as Readonly<Record<string, unknown>>;
  const own = named === use ? [(rest['with'] ?? {}) as object] : [];
  return [...own, ...Object.values(rest).flatMap((one) => optionsOf(one, use))];
}
