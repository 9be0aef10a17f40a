import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename, resolve } from 'node:path';
import { livePage, liveShell } from '@raremask/report';
import { portTaken } from '../errors.ts';

/** A page of this process, for this machine alone. */
export interface Watching {
  readonly address: string;
  close(): Promise<void>;
}

/** Ports that are tried after the usual one, where others watch already. */
const USUAL = 7272;
const TRIED = 20;

/**
 * Serves the page of a run on 127.0.0.1. Nothing is written, and nothing can be asked for but the page and its
 * pictures. It does not keep the process alive by itself where `unref` is set.
 *
 * @param port left out, the first free one from 7272 on
 */
export async function watchRun(
  folder: string,
  { port, unref = false }: { readonly port?: number | undefined; readonly unref?: boolean } = {},
): Promise<Watching> {
  const page = livePage(folder);
  const name = basename(resolve(folder));
  const server = createServer((request, response) => {
    void answer(request, response, page, name).catch((error: unknown) => {
      // A file that is being replaced: the page asks again.
      response.writeHead(503).end(error instanceof Error ? error.message : String(error));
    });
  });
  const found = await listening(server, port);
  if (unref) server.unref();
  return {
    address: `http://127.0.0.1:${found}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function listening(server: Server, port: number | undefined): Promise<number> {
  const ports = port === undefined ? Array.from({ length: TRIED }, (_, at) => USUAL + at) : [port];
  for (const one of ports) {
    const taken = await new Promise<boolean>((done, fail) => {
      const onError = (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' || error.code === 'EACCES' ? done(true) : fail(error);
      server.once('error', onError);
      server.listen(one, '127.0.0.1', () => {
        server.off('error', onError);
        done(false);
      });
    });
    const address = server.address();
    if (!taken && typeof address === 'object' && address !== null) return address.port;
  }
  throw portTaken(ports);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: ReturnType<typeof livePage>,
  name: string,
): Promise<void> {
  // Another site must not read the page through a name that it lets point here.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') return void response.writeHead(403).end();
  if (request.method !== 'GET') return void response.writeHead(405).end();
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const send = (type: string, body: string | Uint8Array) =>
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  if (pathname === '/') send('text/html; charset=utf-8', liveShell(name));
  else if (pathname === '/part') send('text/html; charset=utf-8', await page.part());
  else if (pathname.startsWith('/picture/')) {
    const picture = await page.picture(decodeURIComponent(pathname.slice('/picture/'.length)));
    if (picture === undefined) response.writeHead(404).end();
    else send('image/png', picture);
  } else response.writeHead(404).end();
}
