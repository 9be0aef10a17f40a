import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface Server {
  readonly uri: string;
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a real MLflow server with a store in a folder, at a port that is free. */
export async function openMlflow(
  python: string,
  folder: string,
  ...parameters: string[]
): Promise<Server> {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const server = spawn(
    python,
    [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)],
      ...['--backend-store-uri', `sqlite:///${join(folder, 'store.db')}`, '--workers', '1'],
      ...['--artifacts-destination', join(folder, 'artifacts'), ...parameters],
    ],
    // A group of its own, since the server starts processes that it leaves behind when it is killed.
    { stdio: 'ignore', detached: true, cwd: folder },
  );
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  await answering(`${uri}/health`, () => server.exitCode);
  return {
    uri,
    get: async (path) => (await fetch(`${uri}/api/2.0/${path}`)).json() as never,
    stop: async () => {
      process.kill(-server.pid!);
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function answering(address: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
    if (exitCode() !== null) throw new Error(`mlflow server ends with ${exitCode()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the MLflow server has not started in 100 s');
}
