import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

/** Where a Chromium is, that tests may start; undefined where there is none. */
export const chromium = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

/** A page that is open in a browser without a window. */
export interface OpenPage {
  /** The value of an expression, awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
  /** Hands files to an input. */
  choose(selector: string, files: readonly string[]): Promise<void>;
  screenshot(width: number, height: number): Promise<Buffer>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Opens a file in Chromium, spoken to through pipes (Chrome DevTools Protocol); closed when the test ends. */
export async function openPage(executable: string, file: string): Promise<OpenPage> {
  const profile = mkdtempSync(join(tmpdir(), 'raremask-chromium-'));
  const child = spawn(
    executable,
    [
      '--headless',
      '--no-sandbox',
      // WebGL without a graphics card.
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  onTestFinished(async () => {
    const ended = () => (child.exitCode ?? child.signalCode) !== null;
    // With all of its processes: one that lives on would write into its folder while that is removed.
    if (!ended()) process.kill(-child.pid!, 'SIGKILL');
    await new Promise((done) => (ended() ? done(0) : child.once('close', done)));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (answer: Answer) => void>();
  let rest = '';
  from.on('data', (part: Buffer) => {
    const messages = (rest + part.toString()).split('\0');
    rest = messages.pop()!;
    for (const text of messages) {
      const answer = JSON.parse(text) as Answer;
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    }
  });
  let last = 0;
  const ask = async <T>(method: string, params: object, sessionId?: string): Promise<T> => {
    const id = ++last;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
    waiting.delete(id);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  };
  const { targetId } = await ask<{ targetId: string }>('Target.createTarget', {
    url: pathToFileURL(file).href,
  });
  const { sessionId } = await ask<{ sessionId: string }>('Target.attachToTarget', {
    ...{ targetId, flatten: true },
  });
  const page = <T>(method: string, params: object) => ask<T>(method, params, sessionId);
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await page<{
      result: { value: T };
      exceptionDetails?: { exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  };
  return {
    evaluate,
    async until(expression) {
      for (let tries = 0; tries < 600; tries++) {
        if (await evaluate<boolean>(expression)) return;
        await new Promise((done) => setTimeout(done, 100));
      }
      throw new Error(`never true: ${expression}`);
    },
    async choose(selector, files) {
      const { root } = await page<{ root: { nodeId: number } }>('DOM.getDocument', {});
      const { nodeId } = await page<{ nodeId: number }>('DOM.querySelector', {
        ...{ nodeId: root.nodeId, selector },
      });
      await page('DOM.setFileInputFiles', { nodeId, files });
    },
    async screenshot(width, height) {
      const size = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await page('Emulation.setDeviceMetricsOverride', size);
      const { data } = await page<{ data: string }>('Page.captureScreenshot', {});
      return Buffer.from(data, 'base64');
    },
  };
}
