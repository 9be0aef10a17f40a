import {
  batchSize,
  census,
  facts,
  folder,
  log,
  rng,
  type ServicePlugin,
  survey,
} from '@raremask/core';
import { drawsOwnRandomNumbers, makesTensors } from '../../pluginFaults.ts';
import type { Trial } from '../../trial/everyOptions.ts';
import { type Law, law } from '../../trial/law.ts';
import { countRandomDraws, countTensorsMade } from '../../trial/watch.ts';
import { otherService } from '../faults.ts';

/** A service under trial, with one set of options. */
export interface ServiceSubject {
  readonly plugin: ServicePlugin;
  readonly fresh: Trial<'service'>['fresh'];
  readonly where: string;
}

const FUNCTION = [
  'a function that gives a promise',
  (value: unknown) => typeof value === 'function',
] as const;

/** What the services are that every run has, by their tokens. */
const KNOWN = new Map<symbol, readonly [expected: string, fits: (value: unknown) => boolean]>([
  [facts.key, ['an object with space, channels and classes', has('space', 'channels', 'classes')]],
  [census.key, FUNCTION],
  [survey.key, FUNCTION],
  [
    rng.key,
    ['a stream with next, integer, normal and fork', has('next', 'integer', 'normal', 'fork')],
  ],
  [log.key, ['an object with info and warn', has('info', 'warn')]],
  [
    batchSize.key,
    ['a whole number from 1', (value) => Number.isInteger(value) && Number(value) >= 1],
  ],
  [folder.key, ['a path', (value) => typeof value === 'string' && value !== '']],
]);

function has(...members: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    typeof value === 'object' && value !== null && members.every((member) => member in value);
}

/** What a service gives, and takes of nobody. */
export function givenLaws(): readonly Law<ServiceSubject>[] {
  return [
    law('gives what its token stands for', async ({ plugin, fresh, where }) => {
      const { key, name } = plugin.provides;
      const product = await fresh();
      const [expected, fits] = KNOWN.get(key) ?? ['', () => true];
      if (!fits(product)) throw otherService(where, name, expected, describe(product));
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

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`;
  }
  return `the ${typeof value} ${String(value)}`;
}
