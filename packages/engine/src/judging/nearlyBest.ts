import type { Together } from './bestTogether.ts';
import type { Choice } from './choice.ts';
import type { Objective } from './objective.ts';
import type { Tally } from './tally.ts';

/** What is best with a threshold and a gate. */
export interface Found {
  readonly threshold: number;
  readonly gate: number;
  /** Of each class and rule. */
  readonly tallies: readonly (readonly Tally[])[];
  readonly together: Together;
}

/**
 * Of the choices that are nearly as good as the best one, the one that the objective prefers; then the better one, then
 * the first.
 *
 * @param best score of the best choice, summed over the classes
 */
export function quietest(
  found: readonly Found[],
  best: number,
  before: readonly Tally[],
  objective: Objective & Required<Pick<Objective, 'nearly'>>,
): Choice {
  const classes = before.filter(({ there }) => there > 0).length;
  const least = best - objective.nearly.margin * classes;
  const near = found
    .filter(({ together }) => together.score >= least - 1e-12)
    .map((one) => {
      const room = (one.together.score - least) / Math.max(1, classes);
      const rules = quieterRules(one, before, objective, room);
      const own = rules.map((rule, index) => one.tallies[index]![rule]!);
      const sum = (of: (tally: Tally) => number) =>
        own.reduce((total, tally, index) => total + (before[index]!.there > 0 ? of(tally) : 0), 0);
      const choice = { threshold: one.threshold, gate: one.gate, rules };
      return { choice, noise: sum(objective.nearly.of), score: sum(objective.score) };
    });
  return near.reduce((top, one) =>
    one.noise < top.noise || (one.noise === top.noise && one.score > top.score + 1e-12) ? one : top,
  ).choice;
}

/**
 * For each class the rule that the objective prefers of those that score less by no more than `room`, and lose no more
 * than may be lost: of all classes together, and of the class itself, so that none is given up for a hundredth.
 */
function quieterRules(
  { tallies, together }: Found,
  before: readonly Tally[],
  { score, loss, nearly }: Objective & Required<Pick<Objective, 'nearly'>>,
  room: number,
): number[] {
  const lost = (index: number, rule: number) =>
    loss?.of(tallies[index]![rule]!, before[index]!) ?? 0;
  const most = loss?.most(before) ?? 0;
  const rules = [...together.rules];
  for (const [index, own] of before.entries()) {
    if (own.there === 0) continue;
    const usual = tallies[index]![rules[index]!]!;
    const others = rules.reduce((sum, rule, at) => sum + (at === index ? 0 : lost(at, rule)), 0);
    for (const [rule, tally] of tallies[index]!.entries()) {
      const chosen = tallies[index]![rules[index]!]!;
      const isQuieter =
        nearly.of(tally) < nearly.of(chosen) ||
        (nearly.of(tally) === nearly.of(chosen) && score(tally) > score(chosen) + 1e-12);
      const isNear =
        score(tally) >= score(usual) - room - 1e-12 &&
        (loss === undefined ||
          (loss.of(tally, usual) <= loss.most([usual]) + 1e-12 &&
            others + lost(index, rule) <= most + 1e-12));
      if (isQuieter && isNear) rules[index] = rule;
    }
  }
  return rules;
}
