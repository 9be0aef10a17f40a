import type { RunEvent } from '@raremask/core';
import type { Law } from '../../trial/law.ts';
import { trackerMember, trackerThrows } from '../faults.ts';
import { type TrackerSubject, tell, toldIn } from '../subject.ts';

const CALLS = ['start', 'event', 'image', 'end'] as const;

/** A tracker takes whatever happens in a run. */
export function hearingLaws(): readonly Law<TrackerSubject>[] {
  return [
    {
      name: 'listens to something, by members that can be called',
      async holds({ fresh, where }) {
        const tracker = await fresh();
        for (const member of CALLS) {
          const value: unknown = tracker[member];
          if (value === undefined || typeof value === 'function') continue;
          throw trackerMember(where, member, 'a function, or nothing', value);
        }
        const weights: unknown = tracker.weights;
        if (weights !== undefined) {
          const { every, take } = (weights ?? {}) as { every?: unknown; take?: unknown };
          if (!Number.isInteger(every) || (every as number) < 1) {
            throw trackerMember(where, 'weights.every', 'a whole number of epochs from 1', every);
          }
          if (typeof take !== 'function') {
            throw trackerMember(where, 'weights.take', 'a function', take);
          }
        }
        const members = [...CALLS, 'weights' as const];
        if (members.some((member) => tracker[member] !== undefined)) return;
        throw trackerMember(where, 'the tracker', `any of ${members.join(', ')}`, {});
      },
    },
    {
      name: 'takes a run with all that can happen in it',
      holds: async (subject) => await tell(await subject.fresh(), subject, await toldIn(subject)),
    },
    {
      name: 'takes runs that are interrupted, that fail, and that fail in their first epoch',
      async holds(subject) {
        for (const [outcome, epochs] of [
          ['interrupted', 2],
          ['failed', 1],
          ['failed', 0],
        ] as const) {
          const told = await toldIn(subject);
          await tell(await subject.fresh(), subject, told, { outcome, epochs });
        }
      },
    },
    {
      name: 'takes a run that goes on in the folder of an earlier one',
      async holds(subject) {
        const folder = await subject.folder();
        const at = (startEpoch: number) =>
          toldIn({ ...subject, folder: async () => folder }, startEpoch);
        await tell(await subject.fresh(), subject, await at(1), {
          outcome: 'interrupted',
          epochs: 2,
        });
        await tell(await subject.fresh(), subject, await at(3));
      },
    },
    {
      name: 'takes an event of a type that it does not know',
      async holds(subject) {
        const tracker = await subject.fresh();
        const { run } = await toldIn(subject);
        const unknown = { type: 'of-tomorrow', epoch: 1 } as unknown as RunEvent;
        const { where } = subject;
        const call = async (label: string, work: () => unknown) => {
          try {
            await work();
          } catch (error) {
            throw trackerThrows({ where, label }, error, run.folder);
          }
        };
        await call('start', () => tracker.start?.(run));
        await call('an event of tomorrow', () => tracker.event?.(unknown));
        await call('end, failed', () => tracker.end?.('failed'));
      },
    },
  ];
}
