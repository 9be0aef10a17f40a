import type { Log } from '../contracts/log.ts';
import { isRaremaskError } from '../error.ts';
import { pluginFailed, slowDisposal } from './errors.ts';
import { stackPlace } from './stackPlace.ts';
import { answered } from './unanswered.ts';

interface Disposable {
  dispose(): unknown;
}

/** What was made and must be given back, with the plugin that made it. */
export interface Held {
  readonly where: string;
  /** Of the plugin's module. */
  readonly url?: string | undefined;
  readonly made: Disposable;
}

/** Seconds that a disposal may take. */
const LONGEST = 60;

let failed = 0;

/** How many disposals have failed in this process. */
export function failedDisposals(): number {
  return failed;
}

/**
 * Disposes what the lists hold, and empties them from their ends. What fails keeps neither the others from being
 * disposed nor the command from its work, which is done by then: it is told to the log, and counted.
 */
export async function giveBack(log: Log, ...lists: Held[][]): Promise<void> {
  for (const list of lists) {
    for (let item = list.pop(); item !== undefined; item = list.pop()) {
      try {
        await disposed(item);
      } catch (error) {
        failed++;
        log.warn(isRaremaskError(error) ? error.message : String(error));
      }
    }
  }
}

async function disposed({ where, url, made }: Held): Promise<void> {
  const call = `${where}, dispose`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(slowDisposal(call, LONGEST)), LONGEST * 1000).unref();
  });
  try {
    await answered(call, Promise.race([made.dispose(), late]));
  } catch (error) {
    if (isRaremaskError(error)) throw error;
    throw pluginFailed(call, error, url === undefined ? undefined : stackPlace(error, url));
  } finally {
    clearTimeout(timer);
  }
}

export function isDisposable(value: unknown): value is Disposable {
  const { dispose } = (value ?? {}) as { readonly dispose?: unknown };
  return typeof dispose === 'function';
}
