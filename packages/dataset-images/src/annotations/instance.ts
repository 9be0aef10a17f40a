import type { RaremaskError } from '@raremask/core';

/** Lengths of runs that alternate between background and foreground, from the first pixel on. */
export type Runs = readonly number[] | Uint32Array;

/** Whether pixels follow each other down the columns or along the rows. */
export type Order = 'columns' | 'rows';

/** The outline of one structure. */
export type Outline =
  | { readonly kind: 'polygons'; readonly polygons: readonly (readonly number[])[] }
  | { readonly kind: 'runs'; readonly runs: Runs; readonly order: Order }
  /** A structure that nobody has drawn: its box, or without one the image, is not judged. */
  | { readonly kind: 'unjudged'; readonly box: readonly number[] | undefined };

export interface Instance {
  /** Where it stands in the file, for messages: `annotations[17]`. */
  readonly place: string;
  /** Index of the class. */
  readonly class: number;
  /** Marks a region of many structures that nobody has told apart. */
  readonly crowd: boolean;
  readonly outline: Outline;
}

/** What a file of annotations says of one image. */
export interface AnnotatedImage {
  /** Where it says so: the file, and the place in it. */
  readonly place: string;
  /** Size of the image as the annotations have it; undefined where they do not say. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly instances: readonly Instance[];
  /** How many pixels the image has at least, and where that is said, where only runs tell its size. */
  readonly reach?: { readonly pixels: number; readonly place: string };
  /** Why the annotations of this image alone cannot be used: told when it is read. */
  readonly problem?: RaremaskError;
}
