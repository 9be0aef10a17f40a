import { census, type ServicePlugin, survey } from '@raremask/core';
import { cannotMake, drawsOwnRandomNumbers, makesTensors } from '../../pluginFaults.ts';
import { isRefusal } from '../../trial/cases.ts';
import type { Trial } from '../../trial/everyOptions.ts';
import { type Law, law } from '../../trial/law.ts';
import { countRandomDraws, countTensorsMade } from '../../trial/watch.ts';

/** A service under trial, with one set of options. */
export interface ServiceSubject {
  readonly plugin: ServicePlugin;
  readonly fresh: Trial<'service'>['fresh'];
  readonly where: string;
}

/** What a service gives, and takes of nobody. */
export function givenLaws(): readonly Law<ServiceSubject>[] {
  return [
    law('gives what its token stands for', async ({ plugin, fresh, where }) => {
      const product = await fresh();
      // The host looks at what is promised when it is asked for.
      if (![census.key, survey.key].includes(plugin.provides.key)) return;
      try {
        await (product as () => Promise<unknown>)();
      } catch (error) {
        throw isRefusal(error) ? error : cannotMake(where, error);
      }
    }),
    law('draws no random numbers of its own', async ({ fresh, where }) => {
      const draws = await countRandomDraws(fresh);
      if (draws > 0) throw drawsOwnRandomNumbers(where, draws);
    }),
    law('makes no tensor', async ({ fresh, where }) => {
      const made = await countTensorsMade(fresh);
      if (made > 0) throw makesTensors(where, 'a service', made);
    }),
  ];
}
