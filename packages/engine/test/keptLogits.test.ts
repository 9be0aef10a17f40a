import type { Sample } from '@raremask/core';
import { expect, test } from 'vitest';
import { judge } from '../src/judging/judge.ts';
import { KeptLogits, keptShare } from '../src/judging/keptLogits.ts';
import type { WholeSample } from '../src/reading/plan.ts';
import { twoClasses } from './twoClasses.ts';

const RULE = { threshold: 0.5, minimumSizes: [0, 0], peaks: [0, 0] };
const IDS = ['a', 'b', 'c'];
const SIDE = 256;

/** An image fills a batch. */
function wholeOf(id: string): WholeSample {
  const size = [SIDE, SIDE];
  const images = new Float32Array(SIDE * SIDE).fill(IDS.indexOf(id) - 1);
  const sample: Sample = { id, image: images, size };
  return { id, sample, images, seen: size, padded: size };
}

async function* whole(ids: readonly string[]) {
  for (const id of ids) yield wholeOf(id);
}

/** A network that overwrites what it has said before, and whose second look differs from its first. */
function network() {
  let looks = 0;
  const logits = new Float32Array(SIDE * SIDE * 2);
  return {
    get looks() {
      return looks;
    },
    async infer(images: Float32Array) {
      looks++;
      for (let at = 0; at < images.length; at++) logits[2 * at + 1] = images[at]! + 0.1 * looks;
      return { logits, image: Float32Array.of(looks) };
    },
  };
}

async function bothPasses(memory: KeptLogits) {
  const own = network();
  const seen = {
    facts: twoClasses,
    network: own,
    rule: RULE,
    tiles: () => undefined,
    mirror: false,
  };
  const passes: { lesion: number; presence: number | undefined }[][] = [];
  for (const looking of [memory.keeping, memory.recalling]) {
    const pass = [];
    for await (const { foreground, presence } of judge({ ...seen, looking }, { whole }, IDS)) {
      pass.push({ lesion: foreground[0]!, presence });
    }
    passes.push(pass);
  }
  return { looks: own.looks, first: passes[0]!, second: passes[1]! };
}

test('a second pass over the same images says the same without a look', async () => {
  const { looks, first, second } = await bothPasses(new KeptLogits());
  expect(looks).toBe(3);
  expect(second).toEqual(first);
  expect(new Set(first.map(({ lesion }) => lesion)).size).toBe(3);
});

test('what there is no room for is looked at again', async () => {
  const { looks, first, second } = await bothPasses(new KeptLogits(2 * SIDE * SIDE * 2 * 4));
  expect(looks).toBe(4);
  expect(second.slice(0, 2)).toEqual(first.slice(0, 2));
  expect(second[2]).not.toEqual(first[2]);
});

test('of logits that do not fit, a share is kept', () => {
  expect(keptShare(0, 1000)).toBe(1);
  expect(keptShare(250, 1000)).toBe(1);
  expect(keptShare(500, 1000)).toBe(0.5);
});
