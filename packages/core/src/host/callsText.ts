import { fileURLToPath } from 'node:url';

/** A call in which a thread was halted, as the inspector's protocol tells it. */
export interface HaltedCall {
  readonly functionName: string;
  /** Counted from 0. */
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

/** Calls that are named, from the innermost. */
const SHOWN = 4;

/**
 * Where a thread was halted: `spin (file:5), called by read (file:9)`. Calls of the runtime and of
 * the libraries that compute are left out; undefined where no others are there.
 *
 * @param files addresses by `scriptId`
 */
export function callsText(
  calls: readonly HaltedCall[],
  files: ReadonlyMap<string, string>,
): string | undefined {
  const named = calls.flatMap(({ functionName, location }) => {
    const url = files.get(location.scriptId) ?? '';
    if (url === '' || url.startsWith('node:') || /@tensorflow|onnxruntime/.test(url)) return [];
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    return [
      `${functionName === '' ? 'a function' : functionName} (${path}:${location.lineNumber + 1})`,
    ];
  });
  return named.length === 0 ? undefined : named.slice(0, SHOWN).join(', called by ');
}
