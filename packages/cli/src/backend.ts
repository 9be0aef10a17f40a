import { type PreparedBackend, prepareBackend } from '@raremask/backends';
import type { LoadedManifest } from '@raremask/core/manifest';

/** Prepares the backend that the manifest asks for; optional packages are looked for beside it. */
export async function prepared(loaded: LoadedManifest): Promise<PreparedBackend> {
  return await prepareBackend(loaded.manifest.backend, loaded.folder);
}
