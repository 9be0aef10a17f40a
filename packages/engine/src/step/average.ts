/**
 * Share of a moving average that stays at an update. It grows with the run, so that the first weights,
 * which are random, are soon forgotten.
 *
 * @param updates done before this one
 */
export function averageDecay(decay: number, updates: number): number {
  return Math.min(decay, (1 + updates) / (10 + updates));
}
