/** An error with a hundred frames from its caller on: tfjs's own alone are more than the ten of others. */
export function deepError(text: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const error = new Error(text);
  Error.captureStackTrace?.(error, deepError);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
