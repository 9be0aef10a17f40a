import { rm } from 'node:fs/promises';
import type { Facts } from '@raremask/core';
import type { NamedTracker } from '@raremask/engine';
import { dice, scoreImage } from '@raremask/metrics';
import { runFolder } from '@raremask/record';
import { collectOverlays, type OverlayCollector } from '@raremask/report';

/** Pictures of each kind, of each validation. */
const PER_KIND = 4;

/** Draws the worst and some good images of each validation into the run folder, for who watches it. */
export function latestPictures(facts: Facts): NamedTracker {
  const classes = facts.classes.length;
  const { overlapping } = facts;
  let folder = '';
  let overlays: OverlayCollector | undefined;
  return {
    name: 'the pictures of the last validation',
    tracker: {
      start: (run) => {
        folder = runFolder(run.folder).latest;
      },
      image: ({ image, truth, predicted, probability, epoch: _, ...rest }) => {
        overlays ??= collectOverlays({ folder, perKind: PER_KIND, split: 'validation' });
        const masks = { truth, predicted, size: rest.size, classes, overlapping };
        const { foreground } = scoreImage(rest.id, masks);
        const { hits, misses, alarms } = foreground;
        overlays.add({
          ...{ ...rest, image, truth, predicted, classes, overlapping },
          ...{ foregroundProbability: probability, misses, alarms },
          dice: dice(foreground),
          empty: hits + misses === 0,
        });
      },
      event: async (event) => {
        if (event.type !== 'epoch') return;
        const seen = overlays;
        overlays = undefined;
        await seen?.write();
      },
      // What was scored is drawn by then.
      end: async (outcome) => {
        if (outcome === 'finished') await rm(folder, { recursive: true, force: true });
      },
    },
  };
}
