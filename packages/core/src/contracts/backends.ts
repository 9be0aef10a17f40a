/**
 * What a manifest's `backend` may be. auto: the fastest that is installed and works; compiled: whole
 * steps as one native graph; the others are tfjs backends.
 */
export const BACKENDS = [
  'auto',
  'compiled',
  'wasm',
  'cpu',
  'tensorflow',
  'tensorflow-gpu',
] as const;
