const CODES: readonly unknown[] = [
  'ENOMEM',
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_MEMORY_ALLOCATION_FAILED',
];

/** What Node, V8, WebAssembly, tfjs, TensorFlow and onnxruntime say where memory ends. */
const SENTENCES =
  /out of memory|\bOOM\b|bad_alloc|bad allocation|failed to allocate memory|(?:array buffer|memory) allocation failed|cannot (?:allocate|enlarge) memory|invalid (?:typed )?array (?:buffer )?length|resource_exhausted/i;

/** Whether an error, or what it was caused by, says that there was not enough memory. */
export function isOutOfMemory(error: unknown): boolean {
  for (let own = error, depth = 0; own !== undefined && depth < 10; depth++) {
    const { code, message, cause } = (own ?? {}) as {
      readonly code?: unknown;
      readonly message?: unknown;
      readonly cause?: unknown;
    };
    if (CODES.includes(code)) return true;
    if (SENTENCES.test(typeof own === 'string' ? own : String(message ?? ''))) return true;
    own = cause;
  }
  return false;
}
