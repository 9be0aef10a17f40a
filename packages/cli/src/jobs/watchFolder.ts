import { openRunFolder } from '@raremask/engine';
import type { Console } from '../console.ts';
import { noPort } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { watchRun } from '../watch/server.ts';

/** Serves the page of a run until the command is stopped. */
export async function watchFolder(
  run: string,
  { port }: { readonly port?: string },
  console: Console,
): Promise<number> {
  const { folder } = await openRunFolder(run);
  const { address, close } = await watchRun(folder.path, { port: portOf(port) });
  if (console.json) console.result({ address });
  console.text(`${address}  (stop with Ctrl-C)`);
  await new Promise<void>((stopped) => {
    process.once('SIGINT', () => stopped());
    process.once('SIGTERM', () => stopped());
  });
  await close();
  return EXIT.ok;
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw noPort(text);
  return port;
}
