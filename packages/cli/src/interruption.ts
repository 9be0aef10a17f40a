import { EXIT } from './failure.ts';

/** SIGUSR2 is what mpirun passes on, and batch systems send before time is up. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;

/**
 * The first of these signals asks what is running to finish and save; the second ends at once.
 * Call `release` when nothing is left to save.
 *
 * @param what is said at the first
 */
export function onInterruption(
  say: (text: string) => void,
  what = 'Stopping after this step',
): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    say(`${what}; once more to stop at once.`);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
