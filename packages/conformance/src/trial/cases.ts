import { isRaremaskError } from '@raremask/core';
import { ConformanceError } from '../errors.ts';
import { unforeseen } from '../pluginFaults.ts';

/** What a law looks at, and how it is given back. */
interface Opened<S> {
  readonly subject: S;
  dispose(): Promise<void>;
}

/**
 * Opens one case after the other and hands it to a law. A case that the plugin refuses is left out,
 * unless it refuses them all.
 *
 * @param where what the message begins with about an error that no law has foreseen
 */
export async function inEveryCase<C, S>(
  cases: readonly C[],
  open: (one: C) => Promise<Opened<S>>,
  law: (subject: S) => Promise<void>,
  where: string,
): Promise<void> {
  let refusal: unknown;
  let accepted = 0;
  for (const one of cases) {
    let opened: Opened<S>;
    try {
      opened = await open(one);
    } catch (error) {
      if (!isRefusal(error)) throw told(error, where);
      refusal = error;
      continue;
    }
    try {
      await law(opened.subject);
      accepted += 1;
    } catch (error) {
      // What goes wrong at the end must not hide why it is the end.
      await opened.dispose().catch(() => undefined);
      if (!isRefusal(error)) throw told(error, where);
      // Made, and refused when it saw what it was given.
      refusal = error;
      continue;
    }
    await opened.dispose();
  }
  if (accepted === 0) throw refusal;
}

/** What no law has foreseen, such as a getter that throws. */
function told(error: unknown, where: string): unknown {
  return isRaremaskError(error) ? error : unforeseen(where, error);
}

/** True for what a plugin throws on purpose, for its user. */
export function isRefusal(error: unknown): boolean {
  return (
    isRaremaskError(error) && !(error instanceof ConformanceError) && error.category !== 'plugin'
  );
}
