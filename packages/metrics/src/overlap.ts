import type { RegionScore } from './score.ts';

type Counts = Pick<RegionScore, 'hits' | 'misses' | 'alarms'>;

/** 2 hits / (2 hits + misses + alarms) of an image; null where its truth is empty. */
export function dice({ hits, misses, alarms }: Counts): number | null {
  return hits + misses === 0 ? null : (2 * hits) / (2 * hits + misses + alarms);
}

/** Hits / (hits + misses + alarms) of an image; null where its truth is empty. */
export function iou({ hits, misses, alarms }: Counts): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses + alarms);
}
