import { bestTogether } from './bestTogether.ts';
import type { ClassSeen } from './candidates.ts';
import type { Choice } from './choice.ts';
import type { Objective } from './objective.ts';
import { type ClassRule, combined, NOTHING, type Tally, tallied } from './tally.ts';

interface Axes {
  readonly thresholds: readonly number[];
  readonly gates: readonly number[];
  /** Of each class; the first one leaves out nothing that may stay. */
  readonly rules: readonly (readonly ClassRule[])[];
}

/** Sums over all images, and over those of each part. */
interface Sums {
  readonly all: Tally;
  readonly parts: readonly Tally[];
}

/** Every rule that can be chosen, with what it makes of the images of each class. */
export class RuleGrid {
  readonly thresholds: readonly number[];
  readonly gates: readonly number[];
  readonly #rules: Axes['rules'];
  readonly #parts: number;
  /** By class, threshold, gate and rule. */
  readonly #sums: readonly (readonly (readonly (readonly Sums[])[])[])[];

  /** @param folds undefined where the images cannot be divided */
  constructor(
    seen: readonly (readonly ClassSeen[])[],
    folds: { readonly of: readonly number[]; readonly count: number } | undefined,
    { thresholds, gates, rules }: Axes,
  ) {
    this.thresholds = thresholds;
    this.gates = gates;
    this.#rules = rules;
    this.#parts = folds?.count ?? 0;
    this.#sums = seen.map((images, index) =>
      thresholds.map((_, threshold) =>
        gates.map((gate) =>
          rules[index]!.map((rule) => {
            const parts = Array.from({ length: this.#parts }, () => NOTHING);
            let all = NOTHING;
            for (const [at, image] of images.entries()) {
              const own = tallied(image, threshold, gate, rule);
              all = combined(all, own);
              const part = folds?.of[at];
              if (part !== undefined) parts[part] = combined(parts[part]!, own);
            }
            return { all, parts };
          }),
        ),
      ),
    );
  }

  /** What every structure kept gives, as the first threshold and gate predict. */
  get unchanged(): Choice {
    return { threshold: 0, gate: 0, rules: this.#rules.map(() => 0) };
  }

  get everyThreshold(): readonly number[] {
    return this.thresholds.map((_, at) => at);
  }

  rule(index: number, rule: number): Pick<ClassRule, 'minimumSize' | 'peak'> {
    const { minimumSize, peak } = this.#rules[index]![rule]!;
    return { minimumSize, peak };
  }

  /** Of each class. */
  talliesOf(choice: Choice): Tally[] {
    return choice.rules.map((_, index) => this.#of(index, choice).all);
  }

  /**
   * The best rules of all classes together, of equals the first.
   *
   * @param open places of the thresholds that may be taken
   * @param without a part whose images are not looked at
   */
  choose(objective: Objective, open = this.everyThreshold, without?: number): Choice {
    const seen = ({ all, parts }: Sums) =>
      without === undefined ? all : combined(all, parts[without]!, -1);
    const before = this.unchanged.rules.map((_, index) => seen(this.#of(index, this.unchanged)));
    let best: { readonly choice: Choice; readonly score: number } | undefined;
    for (const threshold of open) {
      for (let gate = 0; gate < this.gates.length; gate++) {
        const tallies = before.map((_, index) => this.#sums[index]![threshold]![gate]!.map(seen));
        const together = bestTogether(tallies, before, objective);
        if (together !== undefined && !(together.score <= (best?.score ?? -Infinity) + 1e-12)) {
          const { score, rules } = together;
          best = { choice: { threshold, gate, rules }, score };
        }
      }
    }
    return best!.choice;
  }

  /**
   * What the search makes of images that it has not looked at: of each part, what is best on the others.
   * Undefined where the images cannot be divided.
   */
  crossFitted(objective: Objective, open = this.everyThreshold): Tally[] | undefined {
    if (this.#parts === 0) return undefined;
    let sums = this.#rules.map(() => NOTHING);
    for (let part = 0; part < this.#parts; part++) {
      const choice = this.choose(objective, open, part);
      sums = sums.map((sum, index) => combined(sum, this.#of(index, choice).parts[part]!));
    }
    return sums;
  }

  #of(index: number, { threshold, gate, rules }: Choice): Sums {
    return this.#sums[index]![threshold]![gate]![rules[index]!]!;
  }
}
