export type Size = 'none' | 'patch' | 'minor' | 'major';

export interface Change {
  readonly size: Size;
  readonly text: string;
}

export function changesBetween(before: string, after: string): readonly Change[];
