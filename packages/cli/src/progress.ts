import type { OnEvent } from '@raremask/engine';
import { createProgress } from '@raremask/report';
import type { Console } from './console.ts';

/** Shows the events of some work on stderr while it goes on. */
export async function withProgress<T>(
  { color }: Pick<Console, 'color'>,
  work: (onEvent: OnEvent) => Promise<T>,
): Promise<T> {
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color,
  });
  try {
    return await work((event) => progress.event(event));
  } finally {
    progress.close();
  }
}
