import { sizeOf, type Value } from '../graph.ts';
import { channelsFirst, type Layout } from '../layout.ts';
import type { LowerCall, Lowered } from './kernel.ts';
import { product } from './products.ts';
import type { SlidingWindow } from './slidingWindow.ts';

/**
 * Convolutions of 3x3 by minimal filtering (Winograd 1980; Lavin and Gray 2016): a tile of 6x6 pixels
 * and the filter are each transformed to 36 numbers, so that 36 products give 4x4 results instead of
 * 144. The products of all tiles and channels are 36 matrix products. The gradient in the filter is
 * the same with the gradient's tiles of 4x4 in the filter's place, and uses the transformed image
 * again.
 *
 * The points 0, +-sqrt(1/2), +-sqrt(2) and infinity keep the error of float32 at about 3e-6 of a
 * result's spread for 64 channels, a third of that of the usual 0, +-1, +-2.
 */
const POINTS = [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2];
const TILE = 4;
const TAPS = 3;
const PATCH = TILE + TAPS - 1;
const FREQUENCIES = PATCH * PATCH;

/** Whether a convolution can be computed so: 3x3, of stride 1, as large as the image. */
export function isMinimal(window: SlidingWindow): boolean {
  return (
    window.size.length === 2 &&
    window.size.every(
      (extent, axis) =>
        extent === TAPS &&
        window.strides[axis] === 1 &&
        window.dilations[axis] === 1 &&
        window.before[axis] === 1 &&
        window.after[axis] === 1,
    )
  );
}

/** x convolved with a filter; `turned` for the gradient in the image. */
export function minimalConvolution(
  call: LowerCall,
  window: SlidingWindow,
  turned: boolean,
): Lowered {
  const filter = call.inputs[1]!.shape;
  const [channels, out] = [filter[2]!, filter[3]!];
  const to = turned ? channels : out;
  const batch = call.inputs[0]!.shape[0]!;
  const tiles = tilesOf(window.output);
  const weights = call.emit('Reshape', [
    call.take(1, FILTER_LAYOUT),
    call.ints([out * channels, TAPS * TAPS]),
  ]);
  const matrix = turned ? turnedFilterMatrix : filterMatrix;
  const spectra = call.emit('Reshape', [
    product(
      call,
      { name: call.numbers(matrix, [FREQUENCIES, TAPS * TAPS]), flipped: false },
      { name: weights, flipped: true },
    ),
    call.ints([FREQUENCIES, out, channels]),
  ]);
  const image = imageSpectra(call, 0, window.input);
  const products = product(
    call,
    { name: spectra, flipped: turned, rank: 3 },
    { name: image, flipped: false, rank: 3 },
  );
  // All results one below the other are one image: its frequencies lie as the products have them.
  const column = call.emit('Reshape', [
    products,
    call.ints([1, FREQUENCIES, to * batch * tiles[0]!, tiles[1]!]),
  ]);
  const pixels = call.emit(
    'ConvTranspose',
    [column, call.numbers(resultMatrix, [FREQUENCIES, 1, TILE, TILE])],
    { kernel_shape: [TILE, TILE], strides: [TILE, TILE] },
  );
  const covered = tiles.map((count) => count * TILE);
  const images = call.emit('Reshape', [pixels, call.ints([to, batch, ...covered])]);
  const whole = covered.every((extent, axis) => extent === window.output[axis]);
  const cut = whole
    ? images
    : call.emit('Slice', [images, call.ints([0, 0]), call.ints(window.output), call.ints([2, 3])]);
  return { name: call.emit('Transpose', [cut], { perm: [1, 0, 2, 3] }), layout: channelsFirst(4) };
}

/** The gradient in the filter, laid out as filters are. */
export function minimalFilterGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const [channels, out] = [filterShape[2]!, filterShape[3]!];
  const image = imageSpectra(call, 0, window.input);
  const gradient = gradientSpectra(call, 1, window.output);
  const products = product(
    call,
    { name: gradient, flipped: false, rank: 3 },
    { name: image, flipped: true, rank: 3 },
  );
  const flat = call.emit('Reshape', [products, call.ints([FREQUENCIES, out * channels])]);
  const taps = product(
    call,
    { name: flat, flipped: true },
    { name: call.numbers(filterResultMatrix, [FREQUENCIES, TAPS * TAPS]), flipped: false },
  );
  const name = call.emit('Reshape', [taps, call.ints([out, channels, TAPS, TAPS])]);
  return { name, layout: FILTER_LAYOUT };
}

const FILTER_LAYOUT: Layout = [3, 2, 0, 1];

function tilesOf(space: readonly number[]): number[] {
  return space.map((extent) => Math.ceil(extent / TILE));
}

/** [frequencies, channels, batch x tiles] of an image's patches of 6x6, which overlap by 2. */
function imageSpectra(call: LowerCall, index: number, space: readonly number[]): string {
  return call.once(index, 'image spectra', () => {
    const transform = { matrix: imageMatrix, size: PATCH };
    return sizeOf(tilesOf(space)) > FEW_TILES
      ? spectraByImage(call, index, space, transform)
      : spectra(call, index, space, transform);
  });
}

/** [frequencies, channels, batch x tiles] of a gradient's tiles of 4x4. */
function gradientSpectra(call: LowerCall, index: number, space: readonly number[]): string {
  return spectra(call, index, space, { matrix: gradientMatrix, size: TILE });
}

/**
 * Tiles of an image up to which all images are transformed as one. The row of tiles between two of them, which is
 * for nothing, costs less than what each image has to itself: its result is transposed, and threads do not share it.
 */
const FEW_TILES = 16;

/** The transform is a convolution of every channel alone, with as many results as frequencies. */
interface Transform {
  readonly matrix: Float32Array;
  /** Pixels of a patch along one axis; a patch that is larger than its tile begins one pixel before it. */
  readonly size: number;
}

/** [count, frequencies, ...tiles] of images [count, 1, ...space]. */
function transformed(
  call: LowerCall,
  images: string,
  space: readonly number[],
  { matrix, size }: Transform,
): string {
  const edge = (size - TILE) / 2;
  const behind = tilesOf(space).map((count, axis) => count * TILE + edge - space[axis]!);
  return call.emit('Conv', [images, call.numbers(matrix, [FREQUENCIES, 1, size, size])], {
    kernel_shape: [size, size],
    strides: [TILE, TILE],
    pads: [edge, edge, ...behind],
  });
}

/** All channels of all images one below the other, with rows of zeros between them where patches overlap. */
function spectra(
  call: LowerCall,
  index: number,
  space: readonly number[],
  transform: Transform,
): string {
  const { shape } = call.inputs[index] as Value;
  const [batch, channels] = [shape[0]!, shape[3]!];
  const [height, width] = space as [number, number];
  const [down, across] = tilesOf(space) as [number, number];
  const rows = TILE * Math.ceil((height + (transform.size - TILE) / 2) / TILE);
  const images = call.take(index, [3, 0, 1, 2]);
  const apart =
    rows === height
      ? images
      : call.emit('Pad', [images, call.ints([0, 0, 0, 0, 0, 0, rows - height, 0])]);
  const whole = [channels * batch * rows, width];
  const column = call.emit('Reshape', [apart, call.ints([1, 1, ...whole])]);
  const found = transformed(call, column, whole, transform);
  const between = rows / TILE - down;
  const wanted =
    between === 0
      ? found
      : call.emit('Slice', [
          call.emit('Reshape', [
            found,
            call.ints([FREQUENCIES, channels * batch, down + between, across]),
          ]),
          ...[[0], [down], [2]].map((numbers) => call.ints(numbers)),
        ]);
  return call.emit('Reshape', [wanted, call.ints([FREQUENCIES, channels, batch * down * across])]);
}

/** Every channel of every image alone. */
function spectraByImage(
  call: LowerCall,
  index: number,
  space: readonly number[],
  transform: Transform,
): string {
  const { shape } = call.inputs[index] as Value;
  const [batch, channels] = [shape[0]!, shape[3]!];
  const tiles = sizeOf(tilesOf(space));
  const images = call.emit('Reshape', [
    call.take(index, channelsFirst(4)),
    call.ints([batch * channels, 1, ...space]),
  ]);
  const found = transformed(call, images, space, transform);
  const apart = call.emit('Reshape', [found, call.ints([batch, channels, FREQUENCIES, tiles])]);
  const moved = call.emit('Transpose', [apart], { perm: [2, 1, 0, 3] });
  return call.emit('Reshape', [moved, call.ints([FREQUENCIES, channels, batch * tiles])]);
}

/** Coefficients of the product of (x - point), lowest power first. */
function polynomial(points: readonly number[]): number[] {
  let product = [1];
  for (const point of points) {
    const next = Array<number>(product.length + 1).fill(0);
    for (const [power, coefficient] of product.entries()) {
      next[power]! -= point * coefficient;
      next[power + 1]! += coefficient;
    }
    product = next;
  }
  return product;
}

/** [points + 1][PATCH]: what an image's row of PATCH pixels is at each point. */
function imageRows(): number[][] {
  const rows = POINTS.map((_, skip) => [...polynomial(POINTS.filter((_, at) => at !== skip)), 0]);
  return [...rows, polynomial(POINTS)];
}

/** [points + 1][count]: powers of each point; the last counts the highest power only. */
function powers(count: number): number[][] {
  const rows = POINTS.map((point) => Array.from({ length: count }, (_, power) => point ** power));
  return [...rows, Array.from({ length: count }, (_, power) => (power === count - 1 ? 1 : 0))];
}

/** Both directions at once: [rows x rows, columns x columns]. */
function squared(rows: readonly (readonly number[])[]): Float32Array {
  const values = rows.flatMap((a) =>
    rows.map((b) => a.flatMap((first) => b.map((second) => first * second))),
  );
  return Float32Array.from(values.flat());
}

const norms = imageRows().map((row) => Math.hypot(...row));
const divisors = [
  ...POINTS.map((point, at) =>
    POINTS.reduce(
      (product, other, index) => (index === at ? product : product * (point - other)),
      1,
    ),
  ),
  1,
];

const scaledPowers = (count: number) =>
  powers(count).map((row, at) => row.map((value) => (value * norms[at]!) / divisors[at]!));

const imageMatrix = squared(imageRows().map((row, at) => row.map((value) => value / norms[at]!)));
const filterMatrix = squared(scaledPowers(TAPS));
const turnedFilterMatrix = squared(scaledPowers(TAPS).map((row) => row.toReversed()));
const gradientMatrix = squared(scaledPowers(TILE));
const resultMatrix = squared(powers(TILE));
const filterResultMatrix = squared(powers(TAPS));
