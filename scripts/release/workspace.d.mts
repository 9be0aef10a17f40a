import type { Published } from './surface/sizes.mjs';

export function publishedPackages(from?: string): readonly Published[];

/** Names of those packages whose version is in no changelog yet. */
export function withoutChangelog(
  packages: readonly {
    readonly dir: string;
    readonly manifest: { readonly name: string; readonly version: string };
  }[],
): readonly string[];
