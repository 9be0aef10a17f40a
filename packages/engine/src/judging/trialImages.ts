/** Images that tell what one costs. */
const TRIED = 5;

/**
 * A few images from all over a split, whose cost stands for that of the others: at least one for each
 * thread that reads, and one more.
 */
export function trialImages(ids: readonly string[], workers: number): readonly string[] {
  const most = Math.min(ids.length, Math.max(TRIED, workers + 1));
  return Array.from({ length: most }, (_, at) => ids[Math.floor((at * ids.length) / most)]!);
}
