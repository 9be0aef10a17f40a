/** What a file of outlines says of one image. */
export interface OutlineFile {
  /** Size of the image in pixels, where the file tells it. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Structures; coordinates are shares of the image's width and height where `shares` says so, else pixels. */
  readonly shapes: readonly Shape[];
  readonly shares: boolean;
}

/** One structure as it stands in a file. */
export interface Shape {
  /** Where it stands: `shapes[3]`, `line 4`. */
  readonly place: string;
  readonly label: string;
  /** x and y of the corners in turn. */
  readonly polygons: readonly (readonly number[])[];
  /** x, y, width and height, where a box is told. */
  readonly box?: readonly number[];
  /** Why nothing can be painted, such as a box where an outline should be. */
  readonly problem?: string;
}

/** Reads the text of a file; throws BrokenShape where it is none of its kind. */
export type OutlineReader = (text: string) => OutlineFile;

/** What is wrong with a file of outlines, and where in it. */
export class BrokenShape extends Error {
  readonly place: string;
  readonly got: string;

  constructor(place: string, expected: string, got: string) {
    super(expected);
    this.place = place;
    this.got = got;
  }
}
