import { NotTraceable } from '@raremask/compiler';
import { stackPlace } from '@raremask/core/host';
import type { CalledPlugin } from './calledPlugin.ts';

/** What a plugin does that cannot be compiled, with its place and the line of its own file. */
export function untraced(error: NotTraceable, { place, url }: CalledPlugin): NotTraceable {
  const { operation, reason, line = stackPlace(error, url) } = error;
  return new NotTraceable(operation, reason, place, line);
}
