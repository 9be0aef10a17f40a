import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginPackageFile } from './errors.ts';

/** The fields of a package.json that matter here. */
export interface PackageFile {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly description?: string;
  readonly license?: string;
  readonly exports?: unknown;
  readonly main?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** A list of entries, or a map from each entry to what it is: `declaredPlugins` reads it. */
  readonly raremask?: { readonly plugins?: unknown };
}

/** The package.json of a folder; undefined where there is none, or none that can be used. */
export function readPackageFile(folder: string): PackageFile | undefined {
  const read = packageFileIn(folder);
  return read === undefined || 'trouble' in read ? undefined : read.file;
}

/**
 * The package.json of a plugin's folder; undefined where there is none.
 *
 * @param use what was asked for
 * @param where what messages begin with
 * @throws RAREMASK_PLUGIN_PACKAGE_FILE where it is broken
 */
export function pluginPackageFileIn(
  folder: string,
  use: string,
  where: string,
): PackageFile | undefined {
  const read = packageFileIn(folder);
  if (read === undefined) return undefined;
  if ('file' in read) return read.file;
  throw pluginPackageFile(where, use, join(folder, 'package.json'), read.trouble);
}

/** The package.json of a folder, or what is wrong with it, without a full stop; undefined where there is none. */
function packageFileIn(
  folder: string,
): { readonly file: PackageFile } | { readonly trouble: string } | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? undefined
      : { trouble: `it cannot be read (${code})` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { trouble: `it is no JSON: ${(error as Error).message}` };
  }
  const trouble = troubleOf(value);
  return trouble === undefined ? { file: value as PackageFile } : { trouble };
}

/** What Node, or the reading of plugins, would stumble over. */
function troubleOf(value: unknown): string | undefined {
  if (!isMap(value)) return 'it is no map of fields';
  for (const field of ['name', 'version', 'type', 'main'] as const) {
    const { [field]: text } = value;
    if (text !== undefined && typeof text !== 'string') return `its ${field} is no text`;
  }
  for (const field of ['dependencies', 'peerDependencies'] as const) {
    const { [field]: ranges } = value;
    if (ranges === undefined) continue;
    if (!isMap(ranges)) return `its ${field} are no map of ranges`;
    const odd = Object.keys(ranges).find((name) => typeof ranges[name] !== 'string');
    if (odd !== undefined) return `the range of ${odd} in its ${field} is no text`;
  }
  if (!isMap(value['exports'])) return undefined;
  const entries = Object.keys(value['exports']);
  const other = entries.find((key) => !key.startsWith('.'));
  return other !== undefined && entries.some((key) => key.startsWith('.'))
    ? `its exports have entries, which begin with a dot, and conditions, as ${other}, side by side`
    : undefined;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
