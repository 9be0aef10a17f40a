import { makeAnatomy, SLICE_DISTANCE } from './anatomy.ts';
import { type Nodule, placeNodules, sectionRadius } from './nodules.ts';
import { makeNoise } from './noise.ts';
import type { Recipe } from './options.ts';
import { random } from './random.ts';
import type { Case } from './render.ts';
import { growVessels } from './vessels.ts';

export interface NamedCase extends Case {
  readonly name: string;
  readonly hasNodules: boolean;
}

/** z of each slice of a case. */
export function sliceDepths(recipe: Recipe): number[] {
  const middle = (recipe.slicesPerCase - 1) / 2;
  return Array.from(
    { length: recipe.slicesPerCase },
    (_, index) => (index - middle) * SLICE_DISTANCE,
  );
}

/** Names of all cases; they say that these are cases of no person, for example `phantom03`. */
export function caseNames({ cases }: Recipe): string[] {
  const digits = Math.max(2, String(cases).length);
  return Array.from(
    { length: cases },
    (_, index) => `phantom${String(index + 1).padStart(digits, '0')}`,
  );
}

/** Ids of a case's slices, in the order of z. */
export function sliceIds(name: string, { slicesPerCase }: Recipe): string[] {
  return Array.from(
    { length: slicesPerCase },
    (_, index) => `${name}_z${String(index).padStart(2, '0')}`,
  );
}

/** All cases of a set, in the order of their names. */
export function makeCases(recipe: Recipe): NamedCase[] {
  const depths = sliceDepths(recipe);
  const depth = recipe.slicesPerCase * SLICE_DISTANCE;
  const withNodules = chooseCases(recipe);
  const wantedPerCase =
    (recipe.noduleSliceShare * recipe.cases * recipe.slicesPerCase) / withNodules.size;
  let wanted = 0;
  let shown = 0;
  return caseNames(recipe).map((name, index) => {
    const anatomy = makeAnatomy(random(recipe.seed, `${name}/anatomy`), depth);
    const growth = random(recipe.seed, `${name}/vessels`);
    const vessels = anatomy.lungs.flatMap((lung) => growVessels(growth, lung, depth));
    const hasNodules = withNodules.has(index);
    let nodules: Nodule[] = [];
    if (hasNodules) {
      wanted += wantedPerCase;
      // What earlier cases have too many or too few of, this one makes up for.
      const own = Math.max(1, Math.round(wanted - shown));
      nodules = placeNodules(random(recipe.seed, `${name}/nodules`), anatomy, depths, own);
      shown += depths.filter((z) => nodules.some((nodule) => sectionRadius(nodule, z) > 0)).length;
    }
    const look = random(recipe.seed, `${name}/look`);
    return {
      name,
      hasNodules,
      anatomy,
      vessels,
      nodules,
      vesselIntensity: look.between(-60, 40),
      noise: makeNoise(look),
      gain: look.between(0.9, 1.1),
      offset: look.between(-0.01, 0.05),
    };
  });
}

function chooseCases(recipe: Recipe): Set<number> {
  const count = Math.max(1, Math.round(recipe.noduleCaseShare * recipe.cases));
  const order = Array.from({ length: recipe.cases }, (_, index) => index);
  return new Set(random(recipe.seed, 'cases with nodules').shuffle(order).slice(0, count));
}
