import { writeSync } from 'node:fs';
import { type Debugger, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { Watched } from './standstill.ts';

const { beat, seconds } = workerData as Watched;
/** The stream of a thread would go through the main one. */
const STDERR = 2;
/** Calls that are named, from the innermost. */
const SHOWN = 4;

let last = Atomics.load(beat, 0);
let since = performance.now();
let isTold = false;

setInterval(look, 500);

function look(): void {
  const now = Atomics.load(beat, 0);
  if (now !== last) {
    last = now;
    since = performance.now();
    isTold = false;
  } else if (!isTold && performance.now() - since >= seconds * 1000) {
    isTold = true;
    tell();
  }
}

/** Halts the main thread for a moment to see where it is: it answers in the middle of a loop as well. */
function tell(): void {
  const session = new Session();
  session.connectToMainThread();
  const files = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
    files.set(scriptId, url);
  });
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    session.post('Debugger.resume', () => session.disconnect());
    writeSync(STDERR, `${lineOf(callFrames, files)}\n`);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

function lineOf(frames: readonly Debugger.CallFrame[], files: ReadonlyMap<string, string>): string {
  const calls = frames.flatMap(({ functionName, location }) => {
    const url = files.get(location.scriptId) ?? '';
    if (url === '' || url.startsWith('node:') || /@tensorflow|onnxruntime/.test(url)) return [];
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    return [
      `${functionName === '' ? 'a function' : functionName} (${path}:${location.lineNumber + 1})`,
    ];
  });
  const where = calls.length === 0 ? 'the engine' : calls.slice(0, SHOWN).join(', called by ');
  return `warning: for ${seconds} s nothing else could be done but ${where}. Where this is a loop without an end, signals are not heard: kill -KILL ${process.pid} ends the command, and a training goes on from its last checkpoint with raremask resume.`;
}
