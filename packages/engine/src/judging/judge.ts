import type { Facts, Sample } from '@raremask/core';
import { type AddedScore, type ImageScore, scoreImage } from '@raremask/metrics';
import { noTruth } from '../reading/errors.ts';
import type { Feed } from '../reading/feed.ts';
import type { WholeSample } from '../reading/plan.ts';
import type { Network } from '../runner/runner.ts';
import { foregroundNames } from './addedScores.ts';
import { type Decision, decide, foregroundProbability, nothingIn } from './decide.ts';
import type { DecisionRule } from './decisionRule.ts';
import { logitsNotFinite } from './errors.ts';
import type { Looking } from './keptLogits.ts';
import { inMirrors } from './mirror.ts';
import { inTiles, type TileRule } from './tiles.ts';

/** One image with what the network said of it. */
export interface Judged {
  readonly sample: Sample;
  readonly decision: Decision;
  /** Probability of any foreground, one a pixel. */
  readonly foreground: Float32Array;
  /** Probability that there is any structure, of a model that judges images. */
  readonly presence?: number;
}

export interface Judge {
  readonly facts: Facts;
  readonly network: Pick<Network, 'infer'>;
  readonly rule: DecisionRule;
  /** Windows that large images are seen through. */
  readonly tiles: TileRule;
  /** Whether images are seen mirrored as well. */
  readonly mirror: boolean;
  /** Left out, the network looks at each image. */
  readonly looking?: Looking | undefined;
}

/** Pixels that go through the network at once; images of the same padded size share a call. */
export const PIXELS_AT_ONCE = 128 * 128 * 4;

/** Runs the network over whole images, in order. */
export async function* judge(
  { facts, network, rule, tiles, mirror, looking = (_, look) => look() }: Judge,
  feed: Pick<Feed, 'whole'>,
  ids: readonly string[],
): AsyncGenerator<Judged> {
  const seer = inTiles(mirror ? inMirrors(network, facts) : network, tiles, facts);
  for await (const group of sameSize(feed.whole(ids))) {
    const [{ padded }] = group as [WholeSample];
    const images = joined(group.map((whole) => whole.images));
    const { logits, image } = await looking(
      group.map(({ sample }) => sample.id),
      () => seer.infer(images, group.length, padded),
    );
    const stride = logits.length / group.length;
    for (const [index, { sample, seen }] of group.entries()) {
      const own = logits.subarray(index * stride, (index + 1) * stride);
      checkFinite(sample.id, own, image?.[index]);
      const presence = image && 1 / (1 + Math.exp(-image[index]!));
      const open = decide(facts, own, { padded, seen, size: sample.size }, rule);
      const shut = presence !== undefined && presence < (rule.gate ?? 0);
      const decision = shut ? nothingIn(facts, open) : open;
      const foreground = foregroundProbability(facts, decision.probabilities);
      yield { sample, decision, foreground, ...(presence !== undefined && { presence }) };
    }
  }
}

/** Without this, logits that are NaN would come out as background, and as a score. */
function checkFinite(id: string, logits: Float32Array, image = 0): void {
  for (let at = 0; at < logits.length; at++) {
    if (!(Math.abs(logits[at]!) < Number.POSITIVE_INFINITY)) throw logitsNotFinite(id, logits[at]!);
  }
  if (!Number.isFinite(image)) throw logitsNotFinite(id, image);
}

/** Scores one judged image against its truth, and measures it by the scores that are added. */
export function scoreJudged(
  facts: Facts,
  { sample, decision }: Judged,
  added: readonly AddedScore[],
): ImageScore {
  if (sample.labels === undefined) throw noTruth(sample.id);
  const spacing = sample.spacing ?? facts.spacing;
  return scoreImage(
    sample.id,
    {
      predicted: decision.predicted,
      truth: sample.labels,
      size: sample.size,
      classes: facts.classes.length,
      overlapping: facts.overlapping,
      names: foregroundNames(facts),
      ...(spacing !== undefined && { spacing }),
    },
    added,
  );
}

async function* sameSize(samples: AsyncIterable<WholeSample>): AsyncGenerator<WholeSample[]> {
  let group: WholeSample[] = [];
  for await (const sample of samples) {
    const pixels = sample.padded.reduce((product, extent) => product * extent, 1);
    const first = group[0];
    const fits =
      first === undefined ||
      (first.padded.join() === sample.padded.join() &&
        pixels * (group.length + 1) <= PIXELS_AT_ONCE);
    if (!fits) {
      yield group;
      group = [];
    }
    group.push(sample);
  }
  if (group.length > 0) yield group;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
