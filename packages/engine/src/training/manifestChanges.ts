import type { Json } from '@raremask/core';

/** A setting that is another one than when the run was trained before. */
export interface SettingChange {
  /** As a manifest is written: `train.optimizer.learningRate`, `loss[0].weight`. */
  readonly path: string;
  /** Undefined where there was none, or is none now. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** What differs between two manifests. Lists of another length differ as a whole. */
export function changesOf(
  before: Json | undefined,
  after: Json | undefined,
  path = '',
): SettingChange[] {
  if (isMap(before) && isMap(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) =>
      changesOf(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((one, index) => changesOf(one, after[index], `${path}[${index}]`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** One line on a change: `train.epochs: 6 -> 12`. */
export function changeText({ path, before, after }: SettingChange): string {
  return `${path}: ${valueText(before)} -> ${valueText(after)}`;
}

/** Settings that a run has used up when it goes on: another value would change nothing. */
const USED: readonly (readonly [path: RegExp, why: string])[] = [
  [
    /^data\.normalize\b/,
    'how intensities are normalised was fitted when the run began, and is in its checkpoint',
  ],
  [/^output$/, 'the run has its folder already'],
];

/** What the plan of an epoch follows from: the rest of a begun epoch would be another one's. */
const PLAN = /^(seed|sampler\b|train\.batch|train\.accumulate|data\.split\b)/;

/**
 * Why changes cannot be followed, a line each.
 *
 * @param isWithin whether the run stopped within an epoch
 */
export function refusals(changes: readonly SettingChange[], isWithin: boolean): string[] {
  return changes.flatMap((change) => {
    const used = USED.find(([path]) => path.test(change.path));
    if (used !== undefined) return [`${changeText(change)} (${used[1]})`];
    if (isWithin && PLAN.test(change.path)) {
      return [
        `${changeText(change)} (the run stopped within an epoch, whose other batches follow from the old value)`,
      ];
    }
    return [];
  });
}

/** Settings that decide what a checkpoint holds, where a run differs from its own in them. */
export function shaping(changes: readonly SettingChange[]): readonly SettingChange[] {
  return changes.filter(({ path }) =>
    /^(model\b|data\.(use|with)\b|train\.(optimizer\.(use|with)|average|accumulate)\b)/.test(path),
  );
}

function isMap(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
