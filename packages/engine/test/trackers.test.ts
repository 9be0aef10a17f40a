import type { RunEvent, Tracker } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { Trackers } from '../src/training/trackers.ts';

const RUN = { folder: '/run', name: 'run', manifest: {}, startEpoch: 1, startStep: 0 };
const note = (text: string): RunEvent => ({ type: 'note', level: 'info', text });

function opened(trackers: readonly Tracker[], patience?: number) {
  const said: string[] = [];
  const named = trackers.map((tracker, index) => ({ name: `trackers[${index}] (mine)`, tracker }));
  const all = new Trackers(
    named,
    (event) => {
      if (event.type === 'note') said.push(event.text);
    },
    patience === undefined ? {} : { patience },
  );
  return { all, said };
}

describe('trackers', () => {
  test('get what happens in order, however slow they are', async () => {
    const got: string[] = [];
    const { all, said } = opened([
      {
        start: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          got.push('start');
        },
        event: async (event) => {
          await Promise.resolve();
          got.push(event.type);
        },
        end: (outcome) => {
          got.push(outcome);
        },
      },
    ]);
    await all.start(RUN);
    all.event(note('a'));
    await all.end('finished');
    expect(got).toEqual(['start', 'note', 'finished']);
    expect(said).toEqual([]);
  });

  test('hear of the start first, then of what was before it; nothing where no run began', async () => {
    const got: string[] = [];
    const tracker: Tracker = {
      start: () => void got.push('start'),
      event: (event) => void got.push(event.type === 'note' ? event.text : event.type),
      end: (outcome) => void got.push(outcome),
    };
    const { all } = opened([tracker]);
    all.event(note('opened'));
    await all.start(RUN);
    all.event(note('goes on'));
    await all.end('finished');
    expect(got.splice(0)).toEqual(['start', 'opened', 'goes on', 'finished']);
    const { all: never } = opened([tracker]);
    never.event(note('opened'));
    await never.end('failed');
    expect(got).toEqual([]);
  });

  test('that throw are named once, get no more, and leave the others alone', async () => {
    const calls: string[] = [];
    const { all, said } = opened([
      {
        event: () => {
          calls.push('broken');
          throw new Error('no disk', { cause: new AggregateError([new Error('none at all')]) });
        },
      },
      { event: () => void calls.push('whole') },
    ]);
    await all.start(RUN);
    all.event(note('a'));
    all.event(note('b'));
    await all.drain();
    expect(calls.sort()).toEqual(['broken', 'whole', 'whole']);
    expect(said).toEqual([
      'trackers[0] (mine) gets nothing more of this run: no disk, because of none at all',
    ]);
  });

  test('that never answer cost a limited time, and are named', async () => {
    const { all, said } = opened([{ event: () => new Promise(() => {}) }], 0.05);
    await all.start(RUN);
    all.event(note('a'));
    await all.drain();
    await all.end('finished');
    expect(said).toEqual([
      'trackers[0] (mine) gets nothing more of this run: event (note) is not done after 0.05 s',
    ]);
  });

  test('that never answer the start are named, and get nothing after it', async () => {
    const got: string[] = [];
    const { all, said } = opened(
      [{ start: () => new Promise(() => {}), event: ({ type }) => void got.push(type) }],
      0.05,
    );
    await all.start(RUN);
    all.event(note('a'));
    await all.end('finished');
    expect(got).toEqual([]);
    expect(said).toEqual([
      'trackers[0] (mine) gets nothing more of this run: start is not done after 0.05 s',
    ]);
  });

  test('that do not answer amid a long epoch are lost before its end', async () => {
    const { all, said } = opened([{ event: () => new Promise(() => {}) }], 0.05);
    await all.start(RUN);
    all.event(note('a'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(said).toEqual([
      'trackers[0] (mine) gets nothing more of this run: event (note) is not done after 0.05 s',
    ]);
  });

  test('may ask for more time at the end of the run', async () => {
    const calls: string[] = [];
    const slow = (name: string) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      calls.push(name);
    };
    const { all, said } = opened(
      [{ end: slow('patient'), endSeconds: 60 }, { end: slow('late') }],
      0.05,
    );
    await all.start(RUN);
    await all.end('finished');
    expect(calls).toContain('patient');
    expect(said).toEqual([
      'trackers[1] (mine) gets nothing more of this run: end is not done after 0.05 s',
    ]);
  });

  test('get weights after every so many epochs, and no others are asked for', async () => {
    const taken: number[] = [];
    let asked = 0;
    const { all } = opened([
      { weights: { every: 2, take: ({ epoch }) => void taken.push(epoch) } },
      {},
    ]);
    for (const epoch of [1, 2, 3, 4]) {
      await all.epoch(epoch, epoch * 10, async () => {
        asked++;
        return [];
      });
    }
    expect(taken).toEqual([2, 4]);
    expect(asked).toBe(2);
  });
});
