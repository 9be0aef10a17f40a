import type { SizeTrial } from './trial.ts';
import type { Finding, Verdict } from './verdict.ts';

/** What the lab says of one loss. Plain data. */
export interface LabResult {
  readonly name: string;
  readonly use?: string;
  readonly options?: unknown;
  /** The worst finding. */
  readonly verdict: Verdict;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Two sentences. */
  readonly advice: string;
  /** At the smallest size: gradient on a false pixel, in units of cross-entropy's. */
  readonly falseGradient: number;
  /** At the smallest size: gradient on a missed pixel, in units of cross-entropy's. */
  readonly missedGradient: number;
  /** False over missed; null where a missed pixel has no gradient. */
  readonly balance: number | null;
  /** One entry a size, the smallest first. */
  readonly trials: readonly SizeTrial[];
}
