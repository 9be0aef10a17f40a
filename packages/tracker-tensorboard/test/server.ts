import { type ChildProcess, spawn } from 'node:child_process';

export interface Viewer {
  /** What the server answers at a path, or undefined where it has nothing there yet. */
  get(path: string, body?: object): Promise<Response | undefined>;
  json<T>(path: string, body?: object): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a real TensorBoard on a folder, at a port that is free. */
export async function openTensorboard(
  python: string,
  folder: string,
  fast: boolean,
): Promise<Viewer> {
  const server = spawn(
    python,
    [
      ...['-m', 'tensorboard.main', '--logdir', folder, '--host', '127.0.0.1', '--port', '0'],
      ...['--reload_interval', '1', '--load_fast', String(fast)],
      ...['--samples_per_plugin', 'scalars=1000,images=100'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const address = await addressOf(server);
  const get: Viewer['get'] = async (path, body) => {
    const response = await fetch(
      `${address}data/${path}`,
      body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      },
    );
    return response.ok ? response : undefined;
  };
  return {
    get,
    json: async (path, body) => {
      const response = await get(path, body);
      if (!response) throw new Error(`TensorBoard has nothing at ${path}`);
      return response.json() as never;
    },
    stop: () =>
      new Promise((resolve) => {
        server.once('close', () => resolve());
        server.kill();
      }),
  };
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.on('data', (chunk) => {
      said += chunk;
      const address = /at (http:\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
    server.once('error', reject);
    server.once('close', () => reject(new Error(said)));
  });
}

/** Asks again until the answer is there: the server reads files in its own time. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('TensorBoard has not read the run in half a minute');
}
