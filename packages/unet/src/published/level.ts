import type { Layer } from '../layers.ts';

/** Layers one after the other, of the same extent but for the stride of the first. */
export interface PublishedLevel {
  readonly layers: readonly Layer[];
  /** Channels of the last layer. */
  readonly width: number;
}
