import { EXIT } from './failure.ts';

/**
 * The first SIGINT or SIGTERM asks the running step to finish and save; the second ends at once.
 * Call `release` when nothing is left to save.
 */
export function onInterruption(say: (text: string) => void): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    say('Stopping after this step; once more to stop at once.');
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
