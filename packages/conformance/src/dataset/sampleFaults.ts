import { type Dataset, type DatasetFacts, IGNORE, type Sample } from '@raremask/core';
import type { FactsFault } from '@raremask/core/host';
import { product } from '../trial/batch.ts';

const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing';
const isWhole = (value: unknown, from: number) =>
  Number.isInteger(value) && (value as number) >= from;

/** What is wrong with the list of ids. */
export function* idFaults(ids: Dataset['ids']): Generator<FactsFault> {
  if (!Array.isArray(ids) || ids.length === 0) {
    yield { what: 'there are no ids', expected: 'a list of at least one', got: shown(ids) };
    return;
  }
  const wrong = ids.find((id) => typeof id !== 'string' || id === '');
  if (wrong !== undefined) {
    yield { what: 'an id is no word', expected: 'text that is not empty', got: shown(wrong) };
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) < index);
  if (repeated !== undefined) {
    yield { what: 'an id stands in the list twice', expected: 'every id once', got: repeated };
  }
}

/**
 * What is wrong with a sample that was read.
 *
 * @param hasTruth whether labels must be there
 */
export function* sampleFaults(
  id: string,
  sample: Sample,
  facts: DatasetFacts,
  hasTruth: boolean,
): Generator<FactsFault> {
  if (typeof sample !== 'object' || sample === null) {
    yield { what: 'nothing was read', expected: 'a sample', got: shown(sample) };
    return;
  }
  if (sample.id !== id) {
    yield { what: 'the sample has another id', expected: id, got: shown(sample.id) };
  }
  const { size, image, labels, weight, spacing } = sample;
  if (size?.length !== facts.space || !size.every((extent) => isWhole(extent, 1))) {
    yield {
      what: 'the size is unusable',
      expected: `${facts.space} whole numbers from 1, as space says`,
      got: shown(size),
    };
    return;
  }
  const lengths = spacing ?? [];
  const usable = lengths.every((one) => one > 0 && Number.isFinite(one));
  if (spacing !== undefined && (lengths.length !== facts.space || !usable)) {
    yield {
      what: 'the spacing is unusable',
      expected: `${facts.space} lengths above 0, in millimetres, or none`,
      got: shown(spacing),
    };
  }
  const pixels = product(size);
  const perPixel = facts.overlapping ? facts.classes.length : 1;
  const types: readonly (readonly [string, unknown, readonly Typed[], number, string])[] = [
    ['image', image, IMAGE_TYPES, pixels * facts.channels, `${facts.channels} channels`],
    ['labels', labels, [Uint8Array], pixels * perPixel, `${perPixel} a pixel`],
    ['weight', weight, [Float32Array], pixels, 'one a pixel'],
  ];
  for (const [name, values, allowed, length, share] of types) {
    const isNeeded = name === 'image' || (name === 'labels' && hasTruth);
    if (values === undefined && !isNeeded) continue;
    if (!allowed.some((type) => values instanceof type)) {
      yield {
        what: values === undefined ? `there is no ${name}` : `${name} is of a wrong type`,
        expected: allowed.map((type) => type.name).join(', '),
        got: (values as object | undefined)?.constructor?.name ?? 'nothing',
      };
      return;
    }
    const got = (values as Uint8Array).length;
    if (got !== length) {
      yield {
        what: `${name} has a wrong length`,
        expected: `${length} values, [${size.join(', ')}] with ${share}`,
        got: `${got}`,
      };
      return;
    }
  }
  const notFinite = image.findIndex((value) => !Number.isFinite(value));
  if (notFinite >= 0) {
    yield {
      what: 'the image is not finite',
      expected: 'finite intensities',
      got: `${image[notFinite]} at ${pixelAt(notFinite, facts.channels, size)}`,
    };
  }
  const highest = facts.overlapping ? 1 : facts.classes.length - 1;
  const unknown = labels?.findIndex((label) => label > highest && label !== IGNORE) ?? -1;
  if (unknown >= 0) {
    yield {
      what: 'there is a label that no class has',
      expected: `0 to ${highest}, or ${IGNORE} for what nobody has judged`,
      got: `${labels![unknown]} at ${pixelAt(unknown, perPixel, size)}`,
    };
  }
  const unusable = weight?.findIndex((times) => !(times >= 0 && Number.isFinite(times))) ?? -1;
  if (unusable >= 0) {
    yield {
      what: 'there is an unusable weight',
      expected: 'finite numbers from 0',
      got: `${weight![unusable]} at ${pixelAt(unusable, 1, size)}`,
    };
  }
}

type Typed = Uint8ArrayConstructor | Uint16ArrayConstructor | Float32ArrayConstructor;
const IMAGE_TYPES: readonly Typed[] = [Uint8Array, Uint16Array, Float32Array];

/** For example `pixel [3, 0]`. */
function pixelAt(index: number, perPixel: number, size: readonly number[]): string {
  let rest = Math.floor(index / perPixel);
  const place = size.toReversed().map((extent) => {
    const along = rest % extent;
    rest = Math.floor(rest / extent);
    return along;
  });
  return `pixel [${place.reverse().join(', ')}]`;
}

/** A copy of a sample in memory of its own. */
export function ownCopy({ id, size, image, labels, weight, spacing }: Sample): Sample {
  return {
    id,
    size: [...size],
    image: image.slice(),
    ...(labels && { labels: labels.slice() }),
    ...(weight && { weight: weight.slice() }),
    ...(spacing && { spacing: [...spacing] }),
  };
}

/** The first member in which two samples differ. */
export function sampleDifference(expected: Sample, got: Sample): FactsFault | undefined {
  if (expected.id !== got.id || shown(expected.size) !== shown(got.size)) {
    return {
      what: 'id or size',
      expected: `${expected.id} of ${shown(expected.size)}`,
      got: `${got.id} of ${shown(got.size)}`,
    };
  }
  if (shown(expected.spacing) !== shown(got.spacing)) {
    const [before, after] = [shown(expected.spacing), shown(got.spacing)];
    return { what: 'spacing', expected: before, got: after };
  }
  for (const member of ['image', 'labels', 'weight'] as const) {
    const [one, other] = [expected[member], got[member]];
    if (one === undefined && other === undefined) continue;
    if (one?.constructor.name !== other?.constructor.name || one?.length !== other?.length) {
      const describe = (values: typeof one) =>
        values === undefined ? 'nothing' : `${values.constructor.name} of ${values.length}`;
      return { what: member, expected: describe(one), got: describe(other) };
    }
    const at = one!.findIndex((value, index) => !Object.is(value, other![index]));
    if (at >= 0) {
      return {
        what: member,
        expected: `${one![at]} at index ${at}`,
        got: `${other![at]}`,
      };
    }
  }
  return undefined;
}
