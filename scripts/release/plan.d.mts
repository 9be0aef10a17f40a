import type { Config, NewChangeset, PreState, ReleasePlan } from '@changesets/types';

export interface PlannedPackage {
  readonly dir: string;
  readonly packageJson: {
    readonly name: string;
    readonly version: string;
    readonly [field: string]: unknown;
  };
}

export function planReleases(asked: {
  readonly changesets: readonly NewChangeset[];
  readonly packages: readonly PlannedPackage[];
  readonly root: PlannedPackage;
  readonly config: Config;
  readonly preState: PreState | undefined;
  readonly snapshot: { readonly tag: string } | undefined;
  readonly released: (name: string) => boolean;
}): ReleasePlan;
