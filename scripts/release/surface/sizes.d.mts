import type { NewChangeset } from '@changesets/types';
import type { Change, Size } from './compare.mjs';

export interface Published {
  readonly dir: string;
  readonly manifest: { readonly name: string; readonly exports: Readonly<Record<string, string>> };
}

export interface TooSmall {
  readonly name: string;
  readonly needed: Size;
  readonly said: Size;
  readonly changes: readonly Change[];
}

export function surfaceFile(package_: Published): string;
export function tooSmall(asked?: { readonly since?: string }): Promise<readonly TooSmall[]>;
export function judged(asked: {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly waiting: readonly Pick<NewChangeset, 'summary' | 'releases'>[];
}): readonly TooSmall[];
export function complaint(small: TooSmall): string;
