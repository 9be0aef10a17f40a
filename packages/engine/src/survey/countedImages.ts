import type { CountedImage } from '../reading/plan.ts';

/** Lengths that are the same for all images of a set. */
export interface PackedShape {
  readonly space: number;
  readonly classes: number;
  readonly channels: number;
}

/** So many numbers lie in one piece of memory. */
const PIECE = 2 ** 16;

/** Numbers before the sizes; the first is the stamp of the image's files. */
const HEAD = 7;

/**
 * The counted facts of many images, by id, as numbers in rows without an object for each: an index of a
 * million images stays small. A row is the stamp of the files that were counted, 0 where there is none, and
 * then the facts.
 */
export class CountedImages {
  readonly #shape: PackedShape;
  readonly #rows = new Map<string, number>();
  readonly #pieces: Float64Array[] = [];
  /** Numbers that the last piece has left. */
  #left = 0;
  /** Piece, place in it and length of each row. */
  #places = new Uint32Array(3 * 1024);
  #count = 0;

  constructor(shape: PackedShape) {
    this.#shape = shape;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  ids(): IterableIterator<string> {
    return this.#rows.keys();
  }

  add(stamp: number, image: CountedImage): void {
    this.#put(image.id, [
      stamp,
      image.ignoredPixels,
      image.structureCount,
      image.emptied ? 1 : 0,
      image.pixelsPerSeen,
      Number.parseInt(image.digest.slice(0, 12), 16),
      Number.parseInt(image.digest.slice(12), 16),
      ...image.size,
      ...image.extent,
      ...image.pixelSize,
      ...image.classPixels,
      ...image.lost,
      ...image.intensity.flatMap((fact) => [
        fact.mean,
        fact.meanSquare,
        fact.minimum,
        fact.maximum,
      ]),
      ...image.structures.flatMap((structure) => [
        structure.class,
        structure.pixels,
        ...structure.centre,
      ]),
    ]);
  }

  /** Takes a row that `row` has given before. False, and nothing is taken, where it cannot be one of this shape. */
  addRow(id: string, row: readonly unknown[]): boolean {
    const { space, classes, channels } = this.#shape;
    const structures = row.length - (HEAD + 3 * space + 2 * classes + 4 * channels);
    const fits =
      structures >= 0 && structures % (2 + space) === 0 && row.every((one) => Number.isFinite(one));
    if (fits) this.#put(id, row as readonly number[]);
    return fits;
  }

  /** The numbers of an image; a view that stays as it is. */
  row(id: string): Float64Array | undefined {
    const at = this.#rows.get(id);
    if (at === undefined) return undefined;
    const [piece, from, length] = this.#places.subarray(3 * at, 3 * at + 3);
    return this.#pieces[piece!]!.subarray(from!, from! + length!);
  }

  /** Forgets an image. */
  remove(id: string): void {
    this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
    this.#pieces.length = 0;
    this.#left = 0;
    this.#count = 0;
  }

  /** The facts of an image, each made when it is asked for. */
  view(id: string): CountedImage | undefined {
    const row = this.row(id);
    return row && new CountedRow(id, row, this.#shape);
  }

  /** The facts of an image as an object of its own. */
  image(id: string): CountedImage | undefined {
    const view = this.view(id);
    if (view === undefined) return undefined;
    const { size, classPixels, ignoredPixels, structures, structureCount } = view;
    const { digest, extent, emptied, pixelsPerSeen, pixelSize, lost, intensity } = view;
    const forPlugins = { id, size, classPixels, ignoredPixels, structures, structureCount };
    const ownGrid = { pixelsPerSeen, pixelSize, lost };
    return { ...forPlugins, digest, extent, emptied, ...ownGrid, intensity };
  }

  /** Whether the image shows any of the classes from `first` on. */
  anyPixels(id: string, first: number): boolean {
    const at = this.#rows.get(id);
    if (at === undefined) return false;
    const { space, classes } = this.#shape;
    const piece = this.#pieces[this.#places[3 * at]!]!;
    const from = this.#places[3 * at + 1]! + HEAD + 3 * space;
    for (let index = first; index < classes; index++) if (piece[from + index]! > 0) return true;
    return false;
  }

  #put(id: string, row: readonly number[]): void {
    if (row.length > this.#left) {
      this.#pieces.push(new Float64Array(Math.max(PIECE, row.length)));
      this.#left = this.#pieces.at(-1)!.length;
    }
    const piece = this.#pieces.at(-1)!;
    const from = piece.length - this.#left;
    piece.set(row, from);
    this.#left -= row.length;
    if (3 * this.#count === this.#places.length) {
      const larger = new Uint32Array(2 * this.#places.length);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places.set([this.#pieces.length - 1, from, row.length], 3 * this.#count);
    this.#rows.set(id, this.#count++);
  }
}

/** Reads the facts of an image from its row when they are asked for. */
class CountedRow implements CountedImage {
  readonly id: string;
  readonly #row: Float64Array;
  readonly #shape: PackedShape;

  constructor(id: string, row: Float64Array, shape: PackedShape) {
    this.id = id;
    this.#row = row;
    this.#shape = shape;
  }

  get ignoredPixels(): number {
    return this.#row[1]!;
  }

  get structureCount(): number {
    return this.#row[2]!;
  }

  get emptied(): boolean {
    return this.#row[3] === 1;
  }

  get pixelsPerSeen(): number {
    return this.#row[4]!;
  }

  get digest(): string {
    return this.#numbers(5, 2)
      .map((half) => half.toString(16).padStart(12, '0'))
      .join('');
  }

  get size(): readonly number[] {
    return this.#numbers(HEAD, this.#shape.space);
  }

  get extent(): readonly number[] {
    return this.#numbers(HEAD + this.#shape.space, this.#shape.space);
  }

  get pixelSize(): readonly number[] {
    return this.#numbers(HEAD + 2 * this.#shape.space, this.#shape.space);
  }

  get classPixels(): readonly number[] {
    return this.#numbers(HEAD + 3 * this.#shape.space, this.#shape.classes);
  }

  get lost(): readonly number[] {
    const { space, classes } = this.#shape;
    return this.#numbers(HEAD + 3 * space + classes, classes);
  }

  get intensity(): CountedImage['intensity'] {
    const { space, classes, channels } = this.#shape;
    const from = HEAD + 3 * space + 2 * classes;
    return Array.from({ length: channels }, (_, channel) => {
      const [mean, meanSquare, minimum, maximum] = this.#numbers(from + 4 * channel, 4);
      return { mean: mean!, meanSquare: meanSquare!, minimum: minimum!, maximum: maximum! };
    });
  }

  get structures(): CountedImage['structures'] {
    const { space, classes, channels } = this.#shape;
    const from = HEAD + 3 * space + 2 * classes + 4 * channels;
    const each = 2 + space;
    return Array.from({ length: (this.#row.length - from) / each }, (_, index) => {
      const at = from + index * each;
      return {
        class: this.#row[at]!,
        pixels: this.#row[at + 1]!,
        centre: this.#numbers(at + 2, space),
      };
    });
  }

  #numbers(from: number, count: number): number[] {
    const numbers: number[] = [];
    for (let at = from; at < from + count; at++) numbers.push(this.#row[at]!);
    return numbers;
  }
}
