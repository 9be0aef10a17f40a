import type { RegionCounts } from '@raremask/core';

type Counts = Pick<RegionCounts, 'hits' | 'misses' | 'alarms'>;

/** 2 hits / (2 hits + misses + alarms) of an image; null where its truth is empty. */
export function dice({ hits, misses, alarms }: Counts): number | null {
  return hits + misses === 0 ? null : (2 * hits) / (2 * hits + misses + alarms);
}

/** Hits / (hits + misses + alarms) of an image; null where its truth is empty. */
export function iou({ hits, misses, alarms }: Counts): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses + alarms);
}
