import { tf } from '@raremask/tfjs';

interface Scoped {
  readonly state: { scopeStack: unknown[]; activeScope: unknown };
}

/**
 * Calls a plugin that computes, and leaves the scopes of tfjs as they were: what ends one that others have begun disposes of
 * their tensors, and what leaves one open keeps all that comes after.
 *
 * @param refused the error for a plugin that does
 */
export function inOwnScopes<T>(call: () => T, refused: () => Error): T {
  const { state } = tf.engine() as unknown as Scoped;
  const { activeScope } = state;
  const scopes = [...state.scopeStack];
  const isMoved = () =>
    state.activeScope !== activeScope || state.scopeStack.length !== scopes.length;
  const putBack = () => {
    state.scopeStack.splice(0, Number.POSITIVE_INFINITY, ...scopes);
    state.activeScope = activeScope;
  };
  let result: T;
  try {
    result = call();
  } catch (error) {
    if (isMoved()) putBack();
    throw error;
  }
  if (!isMoved()) return result;
  putBack();
  throw refused();
}
