import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import type { Watched } from './standstill.ts';

const { beat, seconds } = workerData as Watched;
/** The stream of a thread would go through the main one. */
const STDERR = 2;

const LOOKS_A_SECOND = 2;

let last = Atomics.load(beat, 0);
/** Looks since the last beat. A process that was halted as a whole has had none in the meantime. */
let without = 0;

setInterval(look, 1000 / LOOKS_A_SECOND);

function look(): void {
  const now = Atomics.load(beat, 0);
  without = now === last ? without + 1 : 0;
  last = now;
  if (without === seconds * LOOKS_A_SECOND) tell();
}

/** Halts the main thread for a moment to see where it is: it answers in the middle of a loop as well. */
function tell(): void {
  const session = new Session();
  session.connectToMainThread();
  const files = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
    files.set(scriptId, url);
  });
  session.on('Debugger.paused', async ({ params: { callFrames } }) => {
    session.post('Debugger.resume', () => session.disconnect());
    // Loaded where it is needed: a thread that starts with a command is to cost nothing.
    const { callsText } = await import('@raremask/core/host');
    writeSync(STDERR, `${lineOf(callsText(callFrames, files) ?? 'the engine')}\n`);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

function lineOf(where: string): string {
  return `warning: for ${seconds} s nothing else could be done but ${where}. Where this is a loop without an end, signals are not heard: kill -KILL ${process.pid} ends the command, and a training goes on from its last checkpoint with raremask resume.`;
}
