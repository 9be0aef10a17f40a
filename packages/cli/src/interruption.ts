import { EXIT } from './failure.ts';

/**
 * The first SIGINT or SIGTERM asks what is running to finish and save; the second ends at once.
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
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
