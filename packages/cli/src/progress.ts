import type { OnEvent } from '@raremask/engine';
import { createProgress } from '@raremask/report';
import type { Console } from './console.ts';

/** Shows the events of some work on stderr while it goes on. */
export async function withProgress<T>(
  { color, silent }: Pick<Console, 'color' | 'silent'>,
  work: (onEvent: OnEvent) => Promise<T>,
): Promise<T> {
  if (silent) return await work(() => {});
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
