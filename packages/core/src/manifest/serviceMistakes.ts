import type { PluginKind } from '../contracts/kinds.ts';
import { isRaremaskError } from '../error.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import { checkServices } from '../host/services.ts';
import type { Mistake } from './mistake.ts';
import { placeOf, type TreeNode } from './tree.ts';

/** Services of a manifest that cannot all be there: two for the same, or a circle. */
export function serviceMistakes(
  root: TreeNode,
  loaded: readonly (LoadedPlugin<PluginKind> | undefined)[],
): Mistake[] {
  const services = loaded.filter(
    (plugin): plugin is LoadedPlugin<'service'> => plugin?.kind === 'service',
  );
  try {
    checkServices(services.map(({ plugin, position }) => ({ plugin, place: position })));
    return [];
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    return [{ at: placeOf(root, ['services']), error }];
  }
}
