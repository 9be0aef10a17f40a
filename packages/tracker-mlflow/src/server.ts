import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Access } from './access.ts';
import { noAnswer, notAllowed, refused } from './errors.ts';

export interface Patience {
  /** Milliseconds until a request is given up. */
  readonly timeout: number;
  /** Milliseconds before each further attempt. */
  readonly pauses: readonly number[];
}

/** All attempts together stay below what a run waits for a tracker at the end of an epoch. */
export const PATIENCE: Patience = { timeout: 10_000, pauses: [1000, 3000] };

/** Bytes a second of a file that is sent, at least; below, it is given up. */
const LEAST_SPEED = 2 ** 20;

/** What may be over in a moment: the server is busy, behind its proxy, or its database is locked. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** MLflow's REST interface, as far as it is used. */
export class MlflowServer {
  readonly #access: Access;
  readonly #patience: Patience;

  constructor(access: Access, patience: Patience) {
    this.#access = access;
    this.#patience = patience;
  }

  get address(): string {
    return this.#access.address;
  }

  /** What the server has, or undefined where it has nothing of the kind. */
  async find<T>(path: string, query: Readonly<Record<string, string>>): Promise<T | undefined> {
    const response = await this.#request(
      `mlflow/${path}?${new URLSearchParams(query)}`,
      () => ({}),
    );
    if (response.status === 404) return undefined;
    return (await this.#accepted(response)).json() as Promise<T>;
  }

  async post<T>(path: string, body: object): Promise<T> {
    const response = await this.#request(`mlflow/${path}`, () => ({
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }));
    return (await this.#accepted(response)).json() as Promise<T>;
  }

  /** Sends a file as it is now; what is added to it meanwhile is left out. */
  async upload(path: string, file: string): Promise<void> {
    const { size } = statSync(file);
    const response = await this.#request(
      `mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
      () => ({
        method: 'PUT',
        headers: { 'content-length': String(size), 'content-type': 'application/octet-stream' },
        ...(size === 0
          ? { body: '' }
          : { body: Readable.toWeb(createReadStream(file, { end: size - 1 })), duplex: 'half' }),
      }),
      this.#patience.timeout + Math.ceil((1000 * size) / LEAST_SPEED),
    );
    await this.#accepted(response);
  }

  /** @param make makes the request anew for each attempt */
  async #request(
    path: string,
    make: () => object,
    timeout = this.#patience.timeout,
  ): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const pause = this.#patience.pauses[attempt];
      try {
        const response = await this.#once(path, make() as RequestInit, timeout);
        if (pause === undefined || !PASSING.has(response.status)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (pause === undefined) throw noAnswer(this.address, reasonOf(error, timeout), error);
      }
      await wait(pause);
    }
  }

  #once(path: string, request: RequestInit, timeout: number): Promise<Response> {
    return fetch(`${this.address}/api/2.0/${path}`, {
      ...request,
      headers: { ...request.headers, ...this.#access.headers },
      signal: AbortSignal.timeout(timeout),
    });
  }

  async #accepted(response: Response): Promise<Response> {
    if (response.ok) return response;
    const { status } = response;
    const said = await response.text().catch(() => '');
    throw status === 401 || status === 403
      ? notAllowed(this.address, status)
      : refused(this.address, status, sentenceOf(said));
  }
}

function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `nothing in ${Math.round(timeout) / 1000} s`;
  }
  // fetch says only that it failed; the cause says why.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' ? code : String(cause);
}

/** What MLflow says of an error; other servers' pages are left out. */
function sentenceOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return String(message ?? '')
      .split('\n')[0]!
      .slice(0, 300)
      .replace(/[\s.]+$/, '');
  } catch {
    return '';
  }
}
