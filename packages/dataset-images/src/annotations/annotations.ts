import type { RaremaskError } from '@raremask/core';
import type { AnnotatedImage } from './instance.ts';

/** The annotations of a data set. */
export interface Annotations {
  /** By the image's path. */
  readonly byImage: ReadonlyMap<string, AnnotatedImage>;
  /** The file that holds those of an image. */
  fileOf(id: string): string;
  /** Images that the annotations name and that are not there, by the name that they are given. */
  readonly absent: ReadonlyMap<string, RaremaskError>;
  /** Files of annotations that belong to no image. */
  readonly spare: readonly string[];
}
