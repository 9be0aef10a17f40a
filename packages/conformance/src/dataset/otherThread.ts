import { Worker } from 'node:worker_threads';
import type { Recipe, ThreadAnswer } from './readingThread.ts';

/** Opens a data set in a thread of its own, as a run with workers does, and reads there. */
export async function readInThread(recipe: Recipe): Promise<ThreadAnswer> {
  let worker: Worker;
  try {
    worker = new Worker(new URL('./readingThread.js', import.meta.url), {
      workerData: recipe,
      // Refused by threads that begin with a file.
      execArgv: process.execArgv.filter((option) => !option.startsWith('--input-type')),
    });
  } catch (error) {
    // Options that no thread can be handed, such as functions.
    return { failure: String(error) };
  }
  const answer = await new Promise<ThreadAnswer>((resolve) => {
    worker.on('message', resolve);
    worker.on('error', (error) => resolve({ failure: String(error) }));
    worker.on('exit', (code) => resolve({ failure: `the thread ended with exit code ${code}` }));
  });
  await worker.terminate();
  return answer;
}
