/** Whether a plugin has promised what it must do at once. What becomes of the promise is of no interest then. */
export function isPromise(given: unknown): boolean {
  if (!(given instanceof Promise)) return false;
  given.catch(() => undefined);
  return true;
}
