import type { Facts, ValidationScores } from '@raremask/core';
import { epochScores, type ImageScore, summarize } from '@raremask/metrics';
import type { DecisionRule } from '../judging/decisionRule.ts';
import { type Judged, judge, scoreJudged } from '../judging/judge.ts';
import type { NamedScore } from '../judging/namedScore.ts';
import type { TileRule } from '../judging/tiles.ts';
import type { Feed } from '../reading/feed.ts';
import type { Network } from '../runner/runner.ts';
import { madeByEach } from '../team/agreement.ts';
import { joinStrides, strideOf } from '../team/share.ts';
import { ALONE, type Team } from '../team/team.ts';

interface Validation {
  readonly facts: Facts;
  readonly network: Pick<Network, 'infer'>;
  readonly rule: DecisionRule;
  readonly tiles: TileRule;
  readonly feed: Feed;
  readonly ids: readonly string[];
  readonly scores: readonly NamedScore[];
  /** Sees each image as it was decided and scored, before the next one. */
  readonly onImage?: (image: Judged, score: ImageScore) => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
}

/** Scores of the validation split, of which every process judges a part; undefined where it is empty. */
export async function validate(
  of: Validation,
  team: Team = ALONE,
): Promise<ValidationScores | undefined> {
  if (of.ids.length === 0) return undefined;
  const own = await validateImages({ ...of, ids: strideOf(of.ids, team) });
  const scores = joinStrides(await madeByEach(team, own));
  return epochScores(summarize(scores, { added: of.scores }).foreground);
}

/** The score of each image, in order. */
async function validateImages(of: Validation): Promise<ImageScore[]> {
  const { facts, network, rule, tiles, feed, ids, scores: added, onImage, onProgress } = of;
  const scores: ImageScore[] = [];
  for await (const image of judge({ facts, network, rule, tiles, mirror: false }, feed, ids)) {
    const score = scoreJudged(facts, image, added);
    scores.push(score);
    await onImage?.(image, score);
    onProgress(scores.length, ids.length);
  }
  return scores;
}
