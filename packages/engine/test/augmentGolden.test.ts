import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openFeed } from '../dist/reading/feed.js';
import { goldenCases } from './goldenCases.ts';
import { madeOfRule } from './shortForm.ts';

/**
 * SHA-256 of images, targets and weights, then masks, emptied and pasted windows, as they were when
 * augmentations were no plugins yet: a change of these bits changes every run.
 */
const BITS: Readonly<Record<string, string>> = {
  'exclusive: none': '0937a159f42bc282 16 0 0',
  'exclusive: standard': '094eafd3e70e2e96 16 0 0',
  'exclusive: some flips': '351623e782625ad3 16 0 0',
  'exclusive: intensities': '8b3333d5956f891d 16 0 0',
  'exclusive: gamma': 'eb9bd394893f96eb 16 0 0',
  'exclusive: contrast': '87c20e94e3f8ae4a 16 0 0',
  'exclusive: brightness': '57226a1a15784176 16 0 0',
  'exclusive: noise': '7a464f7d042f7a95 16 0 0',
  'exclusive: blur': 'aaaba7663565ea4d 16 0 0',
  'exclusive: cutout': '8e16e178aac13632 16 0 0',
  'exclusive: turn': 'ef2c9235050d2039 16 0 0',
  'exclusive: scale': 'e4ac364e30264363 16 0 0',
  'exclusive: elastic': '5590c7a16794af86 16 0 0',
  'exclusive: turn and elastic': '6b3a43a401132d33 16 0 0',
  'exclusive: paste': '1b91716cdf2d91e9 16 0 12',
  'exclusive: everything': 'e21958dc5ee32739 16 0 9',
  'overlapping windows: none': '7c41e95fd2110603 16 0 0',
  'overlapping windows: standard': 'f3ac7bf172020ad0 16 0 0',
  'overlapping windows: some flips': '4b4d4ebd079bf0b1 16 0 0',
  'overlapping windows: intensities': '5a5a4a48d81bacef 16 0 0',
  'overlapping windows: gamma': '276fe669f249b30d 16 0 0',
  'overlapping windows: contrast': 'b4c645a1c3dda66a 16 0 0',
  'overlapping windows: brightness': 'e627b14779283dcd 16 0 0',
  'overlapping windows: noise': '0f84ca8a3b23d509 16 0 0',
  'overlapping windows: blur': 'f645118fb6d5d201 16 0 0',
  'overlapping windows: cutout': '230dfd1a39d48e07 16 0 0',
  'overlapping windows: turn': '76284c410076517e 16 0 0',
  'overlapping windows: scale': 'd1f10c12031b263a 16 4 0',
  'overlapping windows: elastic': '1c9f41eb0c270017 16 2 0',
  'overlapping windows: turn and elastic': '9ba09352b662ed99 16 0 0',
  'overlapping windows: paste': '5f22a024c5018734 16 0 11',
  'overlapping windows: everything': '3b75faa297bb4e82 16 1 8',
  'volumes: none': 'ddb15d8ef60ecfd8 16 0 0',
  'volumes: standard': 'b080dc50aa5b15d0 16 0 0',
  'volumes: some flips': '7d0babdc3d65b896 16 0 0',
  'volumes: intensities': '41ec5a1d9f20d29d 16 0 0',
  'volumes: gamma': 'a1b3d1675001a198 16 0 0',
  'volumes: contrast': 'ba5d820ecc643838 16 0 0',
  'volumes: brightness': '4ac2cc7d04d52f2d 16 0 0',
  'volumes: noise': '40774377901d7fd9 16 0 0',
  'volumes: blur': 'c8cef2ca08377f9b 16 0 0',
  'volumes: cutout': 'fb07359ebc0a9da7 16 0 0',
};

test.each(goldenCases())('batches of $name keep their bits', async (golden) => {
  const { name, facts, read, rule, plan, draws } = golden;
  const dataset = {
    facts,
    ids: [],
    group: () => undefined,
    read: async (id: string) => read(id),
  };
  const nowhere = { url: '', rawOptions: {}, folder: '/' };
  const feed = await openFeed(
    { dataset: nowhere, facts, seed: 3, workers: 0, ...plan },
    dataset,
    await madeOfRule(rule, facts),
  );
  const hash = createHash('sha256');
  const counts = [0, 0, 0] as [number, number, number];
  for await (const { images, target, weight, masks, emptied, pasted } of feed.batches(1, draws)) {
    for (const { buffer, byteOffset, byteLength } of [images, target, weight]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    for (const [at, count] of [masks, emptied, pasted].entries()) counts[at]! += count;
  }
  await feed.close();
  expect(`${hash.digest('hex').slice(0, 16)} ${counts.join(' ')}`).toBe(BITS[name]);
});
