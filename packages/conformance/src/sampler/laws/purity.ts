import { isDeepStrictEqual } from 'node:util';
import { changesGiven, drawsOwnRandomNumbers, makesTensors } from '../../pluginFaults.ts';
import { countRandomDraws, countTensorsMade } from '../../trial/watch.ts';
import { planOf } from '../plan.ts';
import { surveyOf } from '../stock.ts';
import { epochs } from '../subject.ts';
import { type Law, law } from './law.ts';

/** Plain numbers, of what is given alone. */
export function purityLaws(): readonly Law[] {
  return [
    law('draws no random numbers of its own', 'mixed', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const sampler = await subject.another();
        for (const epoch of epochs()) planOf(sampler, epoch, subject.place);
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.place.where, draws);
    }),
    law('does not change what it is given', 'all', async (subject) => {
      const { sampler, stock, place } = subject;
      for (const epoch of epochs()) planOf(sampler, epoch, place);
      const untouched = surveyOf(stock, subject.original);
      const pairs: readonly (readonly [string, unknown, unknown])[] = [
        ['the facts', subject.original, subject.facts],
        ['the list of training images', untouched.train, subject.survey.train],
        ...untouched.train.map(
          (id) => [`the count of ${id}`, untouched.image(id), subject.survey.image(id)] as const,
        ),
      ];
      for (const [member, expected, got] of pairs) {
        if (!isDeepStrictEqual(got, expected)) {
          throw changesGiven(place, member, {
            expected: JSON.stringify(expected),
            got: JSON.stringify(got),
          });
        }
      }
    }),
    law('makes no tensor', 'mixed', async (subject) => {
      const made = await countTensorsMade(async () => {
        const sampler = await subject.another();
        for (const epoch of epochs()) planOf(sampler, epoch, subject.place);
      });
      if (made > 0) throw makesTensors(subject.place.where, 'a sampler', made);
    }),
  ];
}
