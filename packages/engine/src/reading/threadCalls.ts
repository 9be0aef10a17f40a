import type { Worker } from 'node:worker_threads';
import { callsText, type HaltedCall } from '@raremask/core/host';

/** Milliseconds after which a thread is not asked any longer. */
const ENOUGH = 5000;

/** What a thread's debugger tells. */
interface Told {
  readonly method?: string;
  readonly params: {
    readonly scriptId: string;
    readonly url: string;
    readonly callFrames: readonly HaltedCall[];
  };
}

/**
 * Halts a thread for a moment to see in which calls it is: it answers in the middle of a loop as well.
 *
 * @returns undefined where it does not answer, or is in none of a plugin's or the engine's files
 */
export async function callsOf({ threadId }: Worker): Promise<string | undefined> {
  // Hardly ever needed, and not in every build of Node.
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  const files = new Map<string, string>();
  const asked = new Promise<string | undefined>((resolve) => {
    setTimeout(() => resolve(undefined), ENOUGH).unref();
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // Its own number is one of the session.
      if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      const post = (id: number, method: string) =>
        session.post('NodeWorker.sendMessageToWorker', {
          sessionId,
          message: JSON.stringify({ id, method }),
        });
      session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
        if (params.sessionId !== sessionId) return;
        const { method, params: told } = JSON.parse(params.message) as Told;
        if (method === 'Debugger.scriptParsed') files.set(told.scriptId, told.url);
        if (method !== 'Debugger.paused') return;
        post(3, 'Debugger.resume');
        resolve(callsText(told.callFrames, files));
      });
      post(1, 'Debugger.enable');
      post(2, 'Debugger.pause');
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
      if (error !== null) resolve(undefined);
    });
  });
  return await asked.finally(() => session.disconnect());
}
