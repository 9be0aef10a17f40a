import { isRaremaskError } from '@raremask/core';

/**
 * Makes the function that calls a plugin: what it throws gets the plugin's place, and what is told already
 * goes through as it is.
 *
 * @param failed the error for what was called, and why it failed
 * @param passes other errors that go through
 */
export function calling(
  failed: (what: string, cause: unknown) => Error,
  passes: (error: unknown) => boolean = () => false,
): <T>(what: string, call: () => T) => T {
  return (what, call) => {
    try {
      return call();
    } catch (error) {
      throw isRaremaskError(error) || passes(error) ? error : failed(what, error);
    }
  };
}
