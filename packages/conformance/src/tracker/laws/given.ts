import { isDeepStrictEqual } from 'node:util';
import { changesGiven, makesTensors } from '../../pluginFaults.ts';
import type { Law } from '../../trial/law.ts';
import { countTensorsMade } from '../../trial/watch.ts';
import { type TrackerSubject, tell, toldIn } from '../subject.ts';

/** What a tracker is given is the run's. */
export function givenLaws(): readonly Law<TrackerSubject>[] {
  return [
    {
      name: 'leaves what it is given as it is',
      async holds(subject) {
        const watch = (given: unknown, label: string) => {
          const before = structuredClone(given);
          return () => {
            if (isDeepStrictEqual(given, before)) return;
            throw changesGiven({ where: subject.where, label }, 'what it is told', {
              expected: shown(before),
              got: shown(given),
            });
          };
        };
        await tell(await subject.fresh(), subject, await toldIn(subject), { watch });
      },
    },
    {
      name: 'makes no tensor',
      async holds(subject) {
        const made = await countTensorsMade(async () => {
          await tell(await subject.fresh(), subject, await toldIn(subject));
        });
        if (made > 0) throw makesTensors(subject.where, 'a tracker', made);
      },
    },
  ];
}

function shown(given: unknown): string {
  const text = JSON.stringify(given) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)} ...` : text;
}
