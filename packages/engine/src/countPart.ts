import type { OnEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { PartCount } from './opening/counts.ts';
import { openSet } from './opening/openData.ts';
import type { Part } from './reading/part.ts';

/**
 * Counts one of several shares of a data set, which nobody divides into splits for it. The counts are kept
 * beside the manifest; several processes may count shares at once, and whoever inspects or trains next
 * counts only what is missing.
 *
 * @throws RaremaskError where the counts cannot be kept
 */
export async function countPart(
  loaded: LoadedManifest,
  part: Part,
  onEvent: OnEvent,
): Promise<PartCount> {
  const { host, counts } = await openSet(loaded, onEvent);
  try {
    return await counts.ofPart(part);
  } finally {
    await host.dispose();
  }
}
