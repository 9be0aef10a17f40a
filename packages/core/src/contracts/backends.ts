/**
 * What a manifest's `backend` may be. auto: the fastest that is installed and works; compiled: whole
 * steps as one native graph on the processor, webgpu and cuda: the same graph on a GPU; the others are
 * tfjs backends.
 */
export const BACKENDS = [
  'auto',
  'compiled',
  'webgpu',
  'cuda',
  'wasm',
  'cpu',
  'tensorflow',
  'tensorflow-gpu',
] as const;
