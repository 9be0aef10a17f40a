import type { Dataset, Facts, Sample } from '@raremask/core';
import { noVolume } from './errors.ts';
import { deviationOf, MomentSums } from './moments.ts';
import type { Normalization } from './normalize.ts';

/** Numbers that each channel of one image is normalised with. */
export interface Scale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Intensities are brought between the two first. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** `leave`: 0 stays 0. */
  readonly zeros?: 'leave' | undefined;
}

/** One intensity, normalised. */
export function scaled(
  { mean, deviation, low, high, zeros }: Scale,
  value: number,
  channel: number,
): number {
  if (zeros === 'leave' && value === 0) return 0;
  const least = low?.[channel] ?? Number.NEGATIVE_INFINITY;
  const most = high?.[channel] ?? Number.POSITIVE_INFINITY;
  return (Math.min(Math.max(value, least), most) - mean[channel]!) / deviation[channel]!;
}

export function asItIs(channels: number): Scale {
  return { mean: Array<number>(channels).fill(0), deviation: Array<number>(channels).fill(1) };
}

/** Which images belong together, as the slices of one volume do. */
type Grouped = Partial<Pick<Dataset, 'ids' | 'group'>>;

/**
 * The numbers that a normalization means for each image. Those of a volume come of all images of its
 * group, which are read once for them; what cannot be read has no part in them.
 */
export class Scales {
  readonly #normalization: Normalization;
  readonly #facts: Pick<Facts, 'space' | 'channels'>;
  readonly #dataset: Grouped;
  readonly #read: (id: string) => Promise<Sample>;
  readonly #volumes = new Map<string, Promise<Scale>>();
  #members: ReadonlyMap<string, readonly string[]> | undefined;

  /** @param read an image as the network sees it */
  constructor(
    normalization: Normalization,
    facts: Pick<Facts, 'space' | 'channels'>,
    dataset: Grouped,
    read: (id: string) => Promise<Sample>,
  ) {
    this.#normalization = normalization;
    this.#facts = facts;
    this.#dataset = dataset;
    this.#read = read;
  }

  async of({ id, image }: Pick<Sample, 'id' | 'image'>): Promise<Scale> {
    const normalization = this.#normalization;
    if (normalization.kind === 'affine') return normalization;
    if (normalization.kind === 'none') return asItIs(this.#facts.channels);
    const { kind, zeros } = normalization;
    const group = kind === 'volume' ? this.#dataset.group?.(id) : undefined;
    if (kind === 'volume' && group === undefined && this.#facts.space === 2) throw noVolume(id);
    const members = group === undefined ? [id] : this.#membersOf(group);
    if (members.length < 2) return scaleOf(this.#facts.channels, zeros, [image]);
    const known = this.#volumes.get(group!);
    if (known !== undefined) return known;
    const scale = scaleOf(this.#facts.channels, zeros, this.#images(members));
    this.#volumes.set(group!, scale);
    return scale;
  }

  #membersOf(group: string): readonly string[] {
    this.#members ??= membersByGroup(this.#dataset);
    return this.#members.get(group) ?? [];
  }

  async *#images(ids: readonly string[]): AsyncGenerator<Sample['image']> {
    for (const id of ids) {
      // Who reads it for itself says why it cannot be read.
      const sample = await this.#read(id).catch(() => undefined);
      if (sample !== undefined) yield sample.image;
    }
  }
}

async function scaleOf(
  channels: number,
  zeros: 'leave' | undefined,
  images: Iterable<Sample['image']> | AsyncIterable<Sample['image']>,
): Promise<Scale> {
  const sums = new MomentSums(channels, zeros !== 'leave');
  for await (const image of images) sums.add(image);
  const moments = sums.moments();
  return {
    mean: moments.map(({ mean }) => mean),
    deviation: moments.map(deviationOf),
    ...(zeros && { zeros }),
  };
}

function membersByGroup({ ids = [], group }: Grouped): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const id of ids) {
    const own = group?.(id);
    if (own === undefined) continue;
    const others = members.get(own);
    if (others === undefined) members.set(own, [id]);
    else others.push(id);
  }
  return members;
}
