import type { OnEvent } from '@raremask/core';
import * as services from '@raremask/core';
import type { RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { OpenedData } from '../opening/openData.ts';
import { type NamedTracker, Trackers } from './trackers.ts';

/**
 * Makes the trackers that a manifest names. Who opens them ends them, once the run folder is complete.
 *
 * @param onEvent hears what they say, and which of them are lost
 * @param own those of the caller, before them
 * @param named false where those of the manifest are another process's
 */
export async function openTrackers(
  data: OpenedData,
  onEvent: OnEvent,
  own: readonly NamedTracker[] = [],
  { named = true }: { readonly named?: boolean } = {},
): Promise<Trackers> {
  if (!named || data.loaded.plugins.trackers.length === 0) return new Trackers(own, onEvent);
  const scope = data.scope(onEvent);
  scope.provide(services.facts, () => data.facts);
  return new Trackers([...own, ...(await madeTrackers(data.loaded, scope))], onEvent, {
    close: () => scope.dispose(),
  });
}

export async function madeTrackers(
  { plugins }: LoadedManifest,
  scope: RunScope,
): Promise<readonly NamedTracker[]> {
  const made: NamedTracker[] = [];
  for (const plugin of plugins.trackers) {
    const name = `${plugin.place} (${plugin.plugin.name})`;
    made.push({ name, tracker: await scope.make(plugin), url: plugin.url });
  }
  return made;
}
