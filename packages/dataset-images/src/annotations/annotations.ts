import type { AnnotatedImage } from './instance.ts';

/** The annotations of a data set. */
export interface Annotations {
  /** By the image's path. */
  readonly byImage: ReadonlyMap<string, AnnotatedImage>;
  /** The file that holds those of an image. */
  fileOf(id: string): string;
  /** Files of annotations that belong to no image. */
  readonly spare: readonly string[];
}
