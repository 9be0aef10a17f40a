import type { Live, RecordedEvent } from '@raremask/record';
import type { Chart } from '../charts/chart.ts';
import type { OverlayEntry } from '../overlays/overlays.ts';
import type { SummarizedRun } from '../record/runSummary.ts';

/** What a GPU was doing. */
export type GpuLoad = NonNullable<Extract<RecordedEvent, { type: 'load' }>['gpus']>[number];

export interface LoadPoint {
  readonly epoch: number;
  readonly cpu: number;
  readonly cores: number;
  readonly memory: number;
  readonly free: number;
  readonly gpus?: readonly GpuLoad[];
}

/** All that the page of a run in progress shows. */
export interface LiveRun extends SummarizedRun {
  readonly live: Live | undefined;
  readonly findings: readonly Extract<RecordedEvent, { type: 'finding' }>[];
  /** Of the last epochs, as far as they have been measured. */
  readonly loads: readonly LoadPoint[];
  /** Seconds that were left after the last epoch, and when that was said. */
  readonly left: { readonly seconds: number; readonly since: number } | undefined;
  readonly warnings: readonly string[];
  readonly pictures:
    | { readonly entries: readonly OverlayEntry[]; readonly epoch: number | undefined }
    | undefined;
  readonly charts: {
    readonly scores: Chart | null;
    readonly loss: Chart | null;
    readonly rate: Chart | null;
  };
}
