import { NotTraceable } from '@raremask/compiler';
import { isRaremaskError } from '@raremask/core';
import type { CalledPlugin } from './calledPlugin.ts';
import { untraced } from './untraced.ts';

/**
 * Makes the function that calls a plugin: what it throws gets the plugin's place, and what is told already
 * goes through as it is.
 *
 * @param failed the error for what was called, and why it failed
 * @param traced the plugin, where its operations are traced: what cannot be compiled is no failure, and gets its line
 */
export function calling(
  failed: (what: string, cause: unknown) => Error,
  traced?: CalledPlugin,
): <T>(what: string, call: () => T) => T {
  return (what, call) => {
    try {
      return call();
    } catch (error) {
      if (isRaremaskError(error)) throw error;
      if (traced && error instanceof NotTraceable) throw untraced(error, traced);
      throw failed(what, error);
    }
  };
}
