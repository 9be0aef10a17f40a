import { isRaremaskError } from '@raremask/core';
import { ConformanceError } from '../errors.ts';

/** What a law looks at, and how it is given back. */
interface Opened<S> {
  readonly subject: S;
  dispose(): Promise<void>;
}

/**
 * Opens one case after the other and hands it to a law. A case that the plugin refuses is left out,
 * unless it refuses them all.
 */
export async function inEveryCase<C, S>(
  cases: readonly C[],
  open: (one: C) => Promise<Opened<S>>,
  law: (subject: S) => Promise<void>,
): Promise<void> {
  let refusal: unknown;
  let accepted = 0;
  for (const one of cases) {
    let opened: Opened<S>;
    try {
      opened = await open(one);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
      continue;
    }
    try {
      await law(opened.subject);
      accepted += 1;
    } catch (error) {
      // What goes wrong at the end must not hide why it is the end.
      await opened.dispose().catch(() => undefined);
      if (!isRefusal(error)) throw error;
      // Made, and refused when it saw what it was given.
      refusal = error;
      continue;
    }
    await opened.dispose();
  }
  if (accepted === 0) throw refusal;
}

/** True for what a plugin throws on purpose, for its user. */
export function isRefusal(error: unknown): boolean {
  return (
    isRaremaskError(error) && !(error instanceof ConformanceError) && error.category !== 'plugin'
  );
}
