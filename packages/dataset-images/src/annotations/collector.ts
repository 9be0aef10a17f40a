import type { Log } from '@raremask/core';
import type { Instance } from './instance.ts';
import type { Unusable } from './usable.ts';

/** What an annotation without a usable outline means. */
export type UnusableMeans = 'error' | 'ignore' | 'background';

/** What stands for an annotation: what is drawn of it, and, where that is not all, the box of the rest. */
export function instancesOf(
  annotation: Omit<Instance, 'outline'> & {
    readonly polygons: readonly (readonly number[])[];
    readonly runs?: readonly number[];
    readonly box: readonly number[] | undefined;
    readonly unusable: readonly Unusable[];
  },
  means: UnusableMeans,
): Instance[] {
  const { polygons, runs, box, unusable, ...common } = annotation;
  const drawn: Instance[] =
    runs !== undefined
      ? [{ ...common, outline: { kind: 'runs', runs, order: 'columns' } }]
      : polygons.length > 0
        ? [{ ...common, outline: { kind: 'polygons', polygons } }]
        : [];
  if (unusable.length > 0 && means === 'ignore') {
    drawn.push({ ...common, outline: { kind: 'unjudged', box } });
  }
  return drawn;
}

/** Says how many annotations have no usable outline, and what becomes of them. */
export function tellUnusable(
  file: string,
  unusable: readonly Unusable[],
  means: Exclude<UnusableMeans, 'error'>,
  log: Log,
): void {
  if (unusable.length === 0) return;
  const become =
    means === 'ignore'
      ? 'their boxes, or without one their images, are not judged'
      : 'they count as background';
  const [{ place, reason }] = unusable as [Unusable];
  log.warn(
    `${unusable.length} annotations have no usable outline (${file}: ${place}: ${reason}): ${become}`,
  );
}
