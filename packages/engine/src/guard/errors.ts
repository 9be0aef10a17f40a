import { RaremaskError } from '@raremask/core';
import { reasonOf } from './reason.ts';

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
