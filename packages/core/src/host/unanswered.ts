const waiting = new Map<symbol, string>();

/**
 * Waits for what a plugin has promised, and remembers it: a process that has nothing left to do and still waits
 * would end without a word.
 *
 * @param what place and call, for messages: `model (mine), create`
 */
export async function answered<T>(what: string, promised: T | Promise<T>): Promise<T> {
  const key = Symbol();
  waiting.set(key, what);
  try {
    return await promised;
  } finally {
    waiting.delete(key);
  }
}

/** Calls of plugins that have not answered yet, the oldest first, each once. */
export function unanswered(): string[] {
  return [...new Set(waiting.values())];
}
