import type { Plugin } from '@raremask/core';
import { augmentationChecks } from './augmentation/augmentationChecks.ts';
import type { Check } from './check.ts';
import { datasetChecks } from './dataset/datasetChecks.ts';
import { lossChecks } from './loss/lossChecks.ts';
import { modelChecks } from './model/modelChecks.ts';
import { optimizerChecks } from './optimizer/optimizerChecks.ts';
import { samplerChecks } from './sampler/samplerChecks.ts';
import { scheduleChecks } from './schedule/scheduleChecks.ts';
import { scoreChecks } from './score/scoreChecks.ts';
import { serviceChecks } from './service/serviceChecks.ts';
import { trackerChecks } from './tracker/trackerChecks.ts';

/** What is known of a plugin of whatever kind. */
export interface AnyCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** Of a data set: the folder that relative paths start from, absolute. */
  readonly folder?: string;
  /** Of a data set: file URL of its module, to be read in another thread too. */
  readonly module?: string;
}

/** The checks of a plugin's kind. Losses, models and optimizers are tried on the tfjs backend that is set. */
export function checksFor(
  plugin: Plugin,
  { options = [{}], folder, module }: AnyCheckOptions = {},
): readonly Check[] {
  const known = { options };
  switch (plugin.kind) {
    case 'loss':
      return lossChecks(plugin, known);
    case 'sampler':
      return samplerChecks(plugin, known);
    case 'model':
      return modelChecks(plugin, known);
    case 'dataset':
      return datasetChecks(plugin, {
        ...known,
        ...(folder !== undefined && { folder }),
        ...(module !== undefined && { module }),
      });
    case 'optimizer':
      return optimizerChecks(plugin, known);
    case 'schedule':
      return scheduleChecks(plugin, known);
    case 'score':
      return scoreChecks(plugin, known);
    case 'augmentation':
      return augmentationChecks(plugin, known);
    case 'service':
      return serviceChecks(plugin, known);
    case 'tracker':
      return trackerChecks(plugin, known);
  }
}
