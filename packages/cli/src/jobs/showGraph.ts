import { type Needs, standardServices } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { columns } from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';

/** One need of one plugin. */
interface Edge {
  /** Place in the manifest, for example `loss[0]`. */
  readonly place: string;
  readonly plugin: string;
  /** The service. */
  readonly needs: string;
  /** Place of the plugin that provides it, `the run`, or null where nobody does. */
  readonly provider: string | null;
}

/** Prints which plugins of a manifest need which services, and who provides them. */
export async function showGraph(
  manifest: string | undefined,
  options: ManifestOptions,
  console: Console,
): Promise<number> {
  const loaded = await manifestFromArguments(manifest, options);
  const edges = edgesOf(loaded);
  const provided = loaded.plugins.services.map(({ place, use, plugin }) => ({
    place,
    plugin: use,
    provides: plugin.provides.name,
    neededBy: edges.filter(({ provider }) => provider === place).map((edge) => edge.place),
  }));
  const missing = edges.filter(({ provider }) => provider === null);
  if (console.json) console.result({ needs: edges, services: provided });
  const style = { color: console.color, width: console.width };
  const rows = edges.map(({ place, plugin, needs, provider }) => [
    place,
    plugin,
    needs,
    provider ?? 'nobody',
  ]);
  if (rows.length === 0) console.text('No plugin of this manifest needs a service.');
  else console.text(columns(['place', 'plugin', 'needs', 'provided by'], rows, style));
  for (const { place, provides, neededBy } of provided) {
    if (neededBy.length === 0) {
      console.note(
        'warn',
        `${place} provides ${provides}, and no plugin of this manifest needs it`,
      );
    }
  }
  for (const { place, needs } of missing) {
    console.note('warn', `${place} needs ${needs}, and nobody provides it`);
  }
  return missing.length > 0 ? EXIT.manifest : EXIT.ok;
}

function edgesOf({ all, plugins }: LoadedManifest): Edge[] {
  return all.flatMap(({ kind, place, use, plugin }) =>
    Object.values((plugin.needs ?? {}) as Needs).map(({ key, name }): Edge => {
      const service = plugins.services.find(
        (other) =>
          other.plugin.provides.key === key &&
          // A service that needs what it provides gets the run's own.
          !(kind === 'service' && other.place === place),
      );
      const own = standardServices.some((token) => token.key === key);
      return {
        place,
        plugin: use,
        needs: name,
        provider: service?.place ?? (own ? 'the run' : null),
      };
    }),
  );
}
