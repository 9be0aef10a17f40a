import type { Facts, Places } from '@raremask/core';
import { isRaremaskError } from '@raremask/core';
import { PLACE_PARTS } from '@raremask/core/host';
import { augmentFailed, brokenPlaces } from './errors.ts';
import type { MadeAugmentation } from './makeAugmentations.ts';
import { type Placement, placementOf } from './placement.ts';
import type { Stage, Streams } from './stages.ts';

/** A window, before anything of it is read. */
export interface Moving {
  /** Of the image, for messages. */
  readonly id: string;
  /** Extent of the window, without the padding. */
  readonly size: readonly number[];
  readonly facts: Pick<Facts, 'space'>;
}

/** Where the pixels of a window come from, as the augmentations of a stage say. */
export function movePlaces({ places }: Stage, moving: Moving, streams: Streams): Placement {
  const said = places.flatMap((one) => placesOf(one, moving, streams) ?? []);
  return placementOf(said, moving.size.length);
}

function placesOf(one: MadeAugmentation, moving: Moving, streams: Streams): Places | undefined {
  let places: Places | undefined;
  try {
    places = one.product.places!(Object.freeze([...moving.size]), streams.of(one));
  } catch (error) {
    throw isRaremaskError(error)
      ? error
      : augmentFailed(one.where, moving.id, error, one.planned.url);
  }
  if (places !== undefined) checkPlaces(places, one.where, moving);
  return places;
}

function checkPlaces(places: Places, where: string, { id, size, facts }: Moving): void {
  const broken = (what: string, expected: string, got: unknown) =>
    brokenPlaces(where, id, what, expected, JSON.stringify(got) ?? 'nothing');
  if (typeof places !== 'object' || places === null) {
    throw broken('places gives no places', 'an object, or nothing', places);
  }
  const strange = Object.keys(places).find((key) => !PLACE_PARTS.includes(key));
  if (strange !== undefined)
    throw broken('a part that places do not have', PLACE_PARTS.join(', '), strange);
  const { transpose = false, flips, affine, displacement } = places;
  const [height, width] = size.slice(-2) as [number, number];
  if (typeof transpose !== 'boolean' || (transpose && height !== width)) {
    const expected = `true only where they are equally long, not in [${size.join(', ')}]`;
    throw broken('the last two axes cannot be exchanged', expected, transpose);
  }
  if (
    flips !== undefined &&
    !(flips.length === size.length && flips.every((flip) => typeof flip === 'boolean'))
  ) {
    throw broken('flips', `${size.length} times true or false`, flips);
  }
  if ((affine ?? displacement) !== undefined && facts.space === 3) {
    const what = 'affine and displacement are for images of two dimensions';
    throw brokenPlaces(where, id, what, '2-D images', '3-D');
  }
  if (affine !== undefined && !(affine.length === 4 && affine.every(Number.isFinite))) {
    throw broken('affine', '4 finite numbers', [...affine].map(String));
  }
  for (const axis of displacement === undefined ? [] : (['y', 'x'] as const)) {
    const field = displacement![axis];
    const length = height * width;
    if (!(field instanceof Float32Array) || field.length !== length) {
      throw broken(`displacement.${axis}`, `${length} values`, field?.length);
    }
    const at = field.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw broken(`displacement.${axis}`, 'finite numbers', String(field[at]));
  }
}
