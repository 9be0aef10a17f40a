import type { Facts } from '@raremask/core';
import type { DecisionRule } from '../judging/decisionRule.ts';
import { type Judged, judge } from '../judging/judge.ts';
import type { TileRule } from '../judging/tiles.ts';
import type { Work } from '../opening/openWork.ts';
import type { Feed } from '../reading/feed.ts';
import type { WholeSample } from '../reading/plan.ts';
import type { Network } from '../runner/runner.ts';

/** Most steps between two looks: four of them are less than 200. */
const APART = 48;
/** Images of each kind that a look is at. */
const EACH = 8;
/**
 * Share of a stretch's pixels that a look may see. A prediction is one of the three passes of a training step or less,
 * so that the predictions of a look come to a sixtieth of its stretch at the most; the gradients of the losses at their
 * logits, where they are looked at, come on top. Neither was measured.
 */
const SHARE = 1 / 20;

/** After how many steps a long epoch is looked into; undefined of one that is short enough to end first. */
export function stepsApart(steps: number): number | undefined {
  const stretches = Math.ceil(steps / APART);
  return stretches < 2 ? undefined : Math.ceil(steps / stretches);
}

interface Choice {
  /** The validation split, in order. */
  readonly ids: readonly string[];
  readonly hasForeground: (id: string) => boolean;
  readonly pixels: (id: string) => number;
  /** Pixels that are trained on between two looks. */
  readonly trained: number;
}

/**
 * Images that a look is at: as many of both kinds, spread evenly over the split, and no more of them than
 * cost little. None where one of each is too much.
 */
export function lookedAt({ ids, hasForeground, pixels, trained }: Choice): readonly string[] {
  const filled = ids.filter(hasForeground);
  const empty = ids.filter((id) => !hasForeground(id));
  const kinds = [filled, empty].filter((kind) => kind.length > 0);
  for (let each = EACH; each > 0; each--) {
    const chosen = kinds.flatMap((kind) => spread(kind, each));
    const sum = chosen.reduce((all, id) => all + pixels(id), 0);
    if (sum <= SHARE * trained) return chosen;
  }
  return [];
}

/**
 * The same of a run's data.
 *
 * @param window size of what is trained on, where it is not whole images
 * @param apart steps between two looks
 */
export async function chosenOf(
  { survey: count, splits, loaded }: Pick<Work, 'survey' | 'splits' | 'loaded'>,
  window: readonly number[] | undefined,
  apart: number,
): Promise<readonly string[]> {
  const survey = await count();
  const pixelsOf = (id: string) => product(survey.image(id).size);
  const ids = splits.train;
  const seen =
    window === undefined
      ? ids.reduce((sum, id) => sum + pixelsOf(id), 0) / ids.length
      : product(window);
  return lookedAt({
    ids: splits.validation,
    hasForeground: (id) => survey.hasForeground(id),
    pixels: pixelsOf,
    trained: apart * loaded.manifest.train.batch * seen,
  });
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}

function spread(ids: readonly string[], count: number): readonly string[] {
  if (ids.length <= count) return ids;
  return Array.from({ length: count }, (_, at) => ids[Math.floor((at * ids.length) / count)]!);
}

/** A few validation images that stay in memory, and what the network says of them now. */
export class Looks {
  readonly #samples: readonly WholeSample[];

  private constructor(samples: readonly WholeSample[]) {
    this.#samples = samples;
  }

  static async open(feed: Pick<Feed, 'whole'>, ids: readonly string[]): Promise<Looks> {
    const samples: WholeSample[] = [];
    for await (const sample of feed.whole(ids)) samples.push(sample);
    return new Looks(samples);
  }

  judged(of: {
    readonly facts: Facts;
    readonly network: Network;
    readonly rule: DecisionRule;
    readonly tiles: TileRule;
  }): AsyncGenerator<Judged> {
    const samples = this.#samples;
    const kept = {
      async *whole() {
        yield* samples;
      },
    };
    return judge({ ...of, mirror: false }, kept, []);
  }
}
