import type { EpochObservation, Pull } from './observation.ts';
import { type Rule, short, validated } from './rule.ts';

type Pulled = EpochObservation & { readonly pull: Pull };

/** The last two epochs in which it was looked at. */
function pulled(epochs: readonly EpochObservation[]): readonly Pulled[] {
  return epochs
    .flatMap((one) => (one.pull === undefined ? [] : [{ ...one, pull: one.pull }]))
    .slice(-2);
}

/** How strongly one kind of image pulls, for the error that there is. */
function strength(pull: number, error: number): number {
  return error > 0 ? pull / error : 0;
}

/** Empty images with something to unlearn that have next to no part in the gradient. */
const emptySilent: Rule = (epochs, { hasEmpty }) => {
  const seen = pulled(epochs);
  if (!hasEmpty || seen.length < 2) return undefined;
  const silent = ({ pull }: Pulled) =>
    pull.emptyImages > 0 &&
    pull.filledImages > 0 &&
    pull.filled > 0 &&
    strength(pull.empty, pull.emptyError) < 0.01 * strength(pull.filled, pull.filledError);
  const [alarms] = validated(epochs, 1).map((one) => one.seen.alarms ?? 0);
  if (!seen.every(silent) || (alarms ?? 0) < 0.3) return undefined;
  const { pull } = seen.at(-1)!;
  const ratio = strength(pull.filled, pull.filledError) / strength(pull.empty, pull.emptyError);
  return {
    problem: 'empty-silent',
    since: seen[0]!.epoch,
    text: `images without foreground have no part in the gradient (${Number.isFinite(ratio) ? `1/${Math.round(ratio)} of the others' for the same error` : 'none at all'}), and there are alarms on them`,
  };
};

/** Times by which one term must outpull all others together. */
const OUTWEIGHS = 50;

/**
 * One term pulls fifty times as hard as all others together. Where the weights of the manifest do not make
 * it so, that is as it should be (Dice pulls hard at small structures), unless the others do not fall.
 */
const termOutweighs: Rule = (epochs, { terms }) => {
  const seen = pulled(epochs);
  if (terms.length < 2 || seen.length < 2) return undefined;
  const strongest = seen.map(({ pull }) => {
    const pulls = pull.terms.map(({ filled, empty }) => Math.max(filled, empty));
    const at = pulls.indexOf(Math.max(...pulls));
    const rest = pulls.reduce((sum, one, index) => sum + (index === at ? 0 : one), 0);
    const times = rest > 0 ? pulls[at]! / rest : pulls[at]! > 0 ? Number.POSITIVE_INFINITY : 1;
    return { at, times, weights: pull.weights };
  });
  const [before, now] = strongest as [(typeof strongest)[0], (typeof strongest)[0]];
  if (before.at !== now.at || !(before.times > OUTWEIGHS) || !(now.times > OUTWEIGHS))
    return undefined;
  const others = now.weights.filter((_, at) => at !== now.at);
  const byWeight = now.weights[now.at]! >= 10 * Math.max(...others);
  if (!byWeight && !othersStand(epochs, now.at)) return undefined;
  return {
    problem: 'term-outweighs',
    since: seen[0]!.epoch,
    text: `${terms[now.at]} pulls ${Number.isFinite(now.times) ? `${short(now.times)} times as hard as` : 'alone, without'} the other terms together`,
  };
};

/** Whether no other term has fallen in three epochs, and nothing is found. */
function othersStand(epochs: readonly EpochObservation[], strongest: number): boolean {
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  const [seen] = validated(epochs, 1).map((one) => one.seen);
  if (epochs.length < 4 || (seen?.dice ?? 0) > 0.1) return false;
  return last.terms.every((term, at) => at === strongest || term > 0.97 * first.terms[at]!);
}

export const pullRules: readonly Rule[] = [emptySilent, termOutweighs];
