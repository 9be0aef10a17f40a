/** An error with a hundred frames: tfjs's own alone are more than the ten that an error has otherwise. */
export function deepError(text: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const error = new Error(text);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
