/**
 * Refuses a promise of what a plugin must do at once. What becomes of the promise is of no interest then.
 *
 * @param what was called, for messages
 * @param refused the error for what was given
 */
export function refusePromise(
  given: unknown,
  what: string,
  refused: (given: string, expected: string, got: string) => Error,
): void {
  if (!(given instanceof Promise)) return;
  given.catch(() => undefined);
  throw refused(`a promise from ${what}`, 'nothing, once it is done', 'a promise');
}
