import type { PluginByKind, PluginKind } from '../contracts/kinds.ts';
import type { Needs, Token } from '../contracts/token.ts';
import { serviceCircle, servicePluginsClash } from './errors.ts';

/** A plugin that provides a service, and where it is named. */
interface NamedService {
  readonly plugin: PluginByKind['service'];
  readonly place: string;
}

/** What a plugin of the kind service provides. */
export function providedBy(plugin: PluginByKind[PluginKind]): Token<unknown> {
  return (plugin as PluginByKind['service']).provides;
}

/** What a plugin needs, besides the service that it provides itself. */
function othersNeeded({ needs, provides }: PluginByKind['service']): Token<unknown>[] {
  return Object.values((needs ?? {}) as Needs).filter(({ key }) => key !== provides.key);
}

/**
 * Refuses services that could not all be made.
 *
 * @throws RaremaskError where two provide the same, and where they need each other in a circle
 */
export function checkServices(services: readonly NamedService[]): void {
  const byKey = new Map<symbol, NamedService>();
  for (const service of services) {
    const { key, name } = service.plugin.provides;
    const other = byKey.get(key);
    if (other !== undefined) throw servicePluginsClash(name, [other.place, service.place]);
    byKey.set(key, service);
  }
  const walk = (service: NamedService, above: readonly Token<unknown>[]): void => {
    const { provides } = service.plugin;
    const before = above.findIndex(({ key }) => key === provides.key);
    const way = [...above, provides];
    if (before >= 0) {
      const names = way.slice(before).map(({ name }) => name);
      throw serviceCircle(service.place, names);
    }
    for (const { key } of othersNeeded(service.plugin)) {
      const next = byKey.get(key);
      if (next !== undefined) walk(next, way);
    }
  };
  for (const service of services) walk(service, []);
}
