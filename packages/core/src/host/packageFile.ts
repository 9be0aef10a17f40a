import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** The package.json of a folder; undefined where there is none that can be read. */
export function readPackageFile(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
  } catch {
    return undefined;
  }
}
