import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { urlOf } from './access.ts';
import { artifactsLost } from './errors.ts';
import { RUN_FILE } from './runFile.ts';
import type { MlflowServer } from './server.ts';

/**
 * Where the server takes a run's files by itself: a path of its artifact interface. Undefined where it
 * leaves them to its clients, with the rights and the programs for its store.
 *
 * @param artifactUri as the server says it of the run
 */
export function artifactPath(artifactUri: string): string | undefined {
  const url = urlOf(artifactUri);
  // With a host it is another server, which must not get what lets us into this one.
  if (url?.protocol !== 'mlflow-artifacts:' || url.host !== '') return undefined;
  return decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
}

/** Sends every file of a run folder. */
export async function sendArtifacts(
  server: MlflowServer,
  path: string,
  folder: string,
): Promise<number> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => file !== RUN_FILE)
    .sort();
  for (const [sent, file] of files.entries()) {
    try {
      await server.upload(`${path}/${file.split(sep).join('/')}`, join(folder, file));
    } catch (error) {
      throw isRaremaskError(error) ? artifactsLost(file, sent, files.length, error) : error;
    }
  }
  return files.length;
}
