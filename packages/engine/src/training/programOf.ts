import type { Work } from '../opening/openWork.ts';
import type { StepProgram } from '../step/program.ts';
import { isAlone, type Team } from '../team/team.ts';
import type { Parts } from './parts.ts';

/**
 * The step of a run, from what its plugins have made.
 *
 * @param thawed whether weights that were frozen are trained by now
 * @param team whose processes make each update together
 */
export function programOf(
  { facts, loaded }: Work,
  parts: Parts,
  thawed: boolean,
  team: Team,
): StepProgram {
  const { clip, average, accumulate } = loaded.manifest.train;
  return {
    facts,
    model: parts.model,
    losses: parts.losses,
    optimizer: parts.optimizer,
    factors: parts.factors,
    ...(!thawed && { frozen: parts.frozen }),
    clip,
    average: average !== null,
    // Gradients of several processes wait for each other, as those of several batches do.
    accumulate: accumulate > 1 || !isAlone(team),
    ...(!isAlone(team) && {
      processes: { rank: team.rank, size: team.size, sum: (values) => team.sum(values) },
    }),
    scaled: loaded.manifest.precision === 'float16',
    outcomes: parts.sampler.observe !== undefined,
    places: parts.places,
    optimizerPlace: parts.optimizerPlace,
  };
}
