import { isRaremaskError, RaremaskError } from '@raremask/core';
import { reasonOf } from './reason.ts';

const STOPPED_WAITING = 'RAREMASK_STOPPED_WAITING';
const TELL = 'mend the plugin, or tell its author';

/** What a plugin has thrown in a call, with its place in the manifest and the line of its own file. */
export function pluginThrew(
  code: `RAREMASK_${string}`,
  where: string,
  what: string,
  cause: unknown,
  { url, remedy = TELL }: { readonly url: string | undefined; readonly remedy?: string },
): RaremaskError {
  return new RaremaskError(
    { code, category: 'plugin', where, what: `${what}: ${reasonOf(cause, url)}`, remedy },
    { cause },
  );
}

/** What a plugin has given and must not give. */
export function pluginGave(
  code: `RAREMASK_${string}`,
  where: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({ code, category: 'plugin', where, what, expected, got, remedy: TELL });
}

export function movedScopes(place: string): RaremaskError {
  return pluginGave(
    'RAREMASK_PLUGIN_SCOPES',
    place,
    'the plugin begins or ends scopes of tfjs that are not its own',
    'tf.tidy, or as many endScope as startScope in each call',
    'another scope after the call than before',
  );
}

export function samplerFailed(
  place: string,
  what: string,
  cause: unknown,
  url: string | undefined,
): RaremaskError {
  const text = `the sampler threw in ${what}`;
  return pluginThrew('RAREMASK_SAMPLER_FAILED', place, text, cause, { url });
}

export function samplerResult(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return pluginGave('RAREMASK_SAMPLER_RESULT', place, `the sampler gave ${what}`, expected, got);
}

/** @param what has not answered: place, plugin and what it was asked */
export function stoppedWaiting(what: string): RaremaskError {
  return new RaremaskError({
    code: STOPPED_WAITING,
    category: 'interrupted',
    where: what,
    what: 'it has not answered, and the command was told to stop',
    remedy: 'mend the plugin, or tell its author; what was saved before is kept',
  });
}

/** Whether something was waited for in vain until the command was told to stop. */
export function hasStoppedWaiting(error: unknown): boolean {
  return isRaremaskError(error) && error.code === STOPPED_WAITING;
}
