import type { RaremaskError } from '@raremask/core';
import type { Listed } from '../pairing/images.ts';
import type { AnnotatedImage } from './instance.ts';

/** The annotations of a data set. */
export interface Annotations {
  /** By the image's path. */
  readonly byImage: ReadonlyMap<string, AnnotatedImage>;
  /** The file that holds those of an image. */
  fileOf(id: string): string;
  /** Images that the annotations name and that are not there, by the name that they are given. */
  readonly absent: ReadonlyMap<string, RaremaskError>;
  /**
   * What is wrong with images that the annotations do not list.
   *
   * @param among so many images were looked at
   */
  missing(images: readonly Listed[], among: number): RaremaskError;
}
