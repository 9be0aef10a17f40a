import type { OnEvent } from '@raremask/core';
import * as services from '@raremask/core';
import type { Host, RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';

/** A scope in which a manifest's plugins are made; what they say becomes notes. */
export function openScope(
  host: Host,
  { manifest, folder, plugins }: LoadedManifest,
  onEvent: OnEvent,
): RunScope {
  const scope = host.run({
    seed: manifest.seed,
    services: plugins.services,
    log: {
      info: (text) => onEvent({ type: 'note', level: 'info', text }),
      warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
    },
  });
  scope.provide(services.folder, () => folder);
  scope.provide(services.batchSize, () => manifest.train.batch);
  return scope;
}
